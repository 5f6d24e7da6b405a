// Unpacks the browser of the tests into TMPDIR, where its package puts everything.
import { fileURLToPath } from 'node:url';
import chromium, { inflate } from '@sparticuz/chromium';

await chromium.executablePath();
// Libraries that a bare machine lacks; by itself the package unpacks them only at its makers' hosts.
await inflate(fileURLToPath(new URL('../bin/al2023.tar.br', import.meta.resolve('@sparticuz/chromium'))));
