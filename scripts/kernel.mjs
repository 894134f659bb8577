// Assembles src/protocol/kernel/kernel.wat into kernel-bytes.ts; with --check, only says whether that is up to date.
import { readFileSync, writeFileSync } from 'node:fs';
import wabt from 'wabt';

const source = new URL('../src/protocol/kernel/kernel.wat', import.meta.url);
const target = new URL('../src/protocol/kernel/kernel-bytes.ts', import.meta.url);

const { parseWat } = await wabt();
const module = parseWat('kernel.wat', readFileSync(source, 'utf8'), { simd: true });
module.validate();
const { buffer } = module.toBinary({});
module.destroy();

const base64 = Buffer.from(buffer).toString('base64');
const lines = base64.match(/.{1,96}/g).map((line) => `  '${line}'`);
const text = `// Assembled from kernel.wat by \`npm run kernel\`: do not edit.\nexport const KERNEL_BYTES: string =\n${lines.join(' +\n')};\n`;

if (process.argv.includes('--check')) {
  if (readFileSync(target, 'utf8') !== text) {
    console.error('kernel-bytes.ts is not what kernel.wat assembles to: run npm run kernel');
    process.exitCode = 1;
  }
} else {
  writeFileSync(target, text);
  console.log(`kernel-bytes.ts: ${buffer.length} bytes of WebAssembly`);
}
