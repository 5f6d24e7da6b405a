// Builds the browser's files into intake/static/gen, with hashed names and a manifest.
import * as esbuild from 'esbuild';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const out = path.resolve('../intake/static/gen');
rmSync(out, { recursive: true, force: true });
mkdirSync(path.join(out, 'fonts'), { recursive: true });

const manifest = {};

async function build(options) {
  const { metafile } = await esbuild.build({
    outdir: out,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2022',
    entryNames: '[name]-[hash]',
    chunkNames: 'chunk-[hash]',
    assetNames: '[name]-[hash]',
    loader: { '.woff2': 'file', '.woff': 'file', '.ttf': 'empty', '.eot': 'empty', '.svg': 'empty' },
    legalComments: 'linked',
    metafile: true,
    logLevel: 'warning',
    ...options,
  });
  for (const [file, output] of Object.entries(metafile.outputs)) {
    const name = path.basename(output.entryPoint || '', '.js');
    if (!(name in options.entryPoints)) continue;
    manifest[`${name}.js`] = path.basename(file);
    if (output.cssBundle) manifest[`${name}.css`] = path.basename(output.cssBundle);
  }
}

// What every page loads is one file, and what shows a drawing; what draws shares its parts.
await build({ entryPoints: { page: 'src/page.js' } });
await build({ entryPoints: { workbench: 'src/workbench.js' } });
await build({ entryPoints: { viewer: 'src/viewer.js' } });
await build({ entryPoints: { passkeys: 'src/passkeys.js' } });
await build({ entryPoints: { marked: 'src/marked.js' } });
await build({ entryPoints: { board: 'src/board.js', table: 'src/table.js' }, splitting: true });
writeFileSync(path.join(out, 'manifest.json'), JSON.stringify(manifest, null, 1));

// PDF needs fonts as files: typst reads no woff2.
for (const cut of ['400Regular/NotoSans_400Regular', '700Bold/NotoSans_700Bold']) {
  const file = `node_modules/@expo-google-fonts/noto-sans/${cut}.ttf`;
  cpSync(file, path.join(out, 'fonts', path.basename(file)));
}
