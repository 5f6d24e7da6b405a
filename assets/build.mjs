// Builds the browser's files into intake/static/gen, with hashed names and a manifest.
import * as esbuild from 'esbuild';
import { cpSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

const out = path.resolve('../intake/static/gen');
rmSync(out, { recursive: true, force: true });
mkdirSync(path.join(out, 'fonts'), { recursive: true });

const result = await esbuild.build({
  entryPoints: { page: 'src/page.js', viewer: 'src/viewer.js' },
  outdir: out,
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2022',
  entryNames: '[name]-[hash]',
  assetNames: '[name]-[hash]',
  loader: { '.woff2': 'file', '.woff': 'file', '.ttf': 'empty', '.eot': 'empty', '.svg': 'empty' },
  legalComments: 'linked',
  metafile: true,
  logLevel: 'warning',
});

const manifest = {};
for (const [file, output] of Object.entries(result.metafile.outputs)) {
  if (!output.entryPoint || output.entryPoint.endsWith('.css')) continue;
  const name = path.basename(output.entryPoint, '.js');
  manifest[`${name}.js`] = path.basename(file);
  if (output.cssBundle) manifest[`${name}.css`] = path.basename(output.cssBundle);
}
writeFileSync(path.join(out, 'manifest.json'), JSON.stringify(manifest, null, 1));

// PDF needs fonts as files: typst reads no woff2.
for (const cut of ['400Regular/NotoSans_400Regular', '700Bold/NotoSans_700Bold']) {
  const file = `node_modules/@expo-google-fonts/noto-sans/${cut}.ttf`;
  cpSync(file, path.join(out, 'fonts', path.basename(file)));
}
