// Bundles what the server embeds: dist/app.css, dist/app.js, dist/icon.svg and dist/fonts/*.woff2.
import { build } from "esbuild";
import { cp, mkdir, rm } from "node:fs/promises";

const out = new URL("./dist/", import.meta.url);
const here = (path) => new URL(path, import.meta.url);

const fonts = {
  "inter-latin": "inter/files/inter-latin-wght-normal.woff2",
  "inter-latin-ext": "inter/files/inter-latin-ext-wght-normal.woff2",
  "source-serif-4-latin": "source-serif-4/files/source-serif-4-latin-wght-normal.woff2",
  "source-serif-4-latin-ext": "source-serif-4/files/source-serif-4-latin-ext-wght-normal.woff2",
};

await rm(out, { recursive: true, force: true });
await mkdir(new URL("fonts/", out), { recursive: true });
for (const [name, file] of Object.entries(fonts)) {
  await cp(here(`./node_modules/@fontsource-variable/${file}`), new URL(`fonts/${name}.woff2`, out));
}
await cp(here("./src/icon.svg"), new URL("icon.svg", out));
await build({
  absWorkingDir: here("./").pathname,
  entryPoints: ["src/app.ts", "src/app.css"],
  outdir: "dist",
  bundle: true,
  minify: true,
  format: "esm",
  target: ["es2023"],
  legalComments: "none",
  external: ["fonts/*"],
  logLevel: "warning",
});
