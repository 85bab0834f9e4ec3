// Builds widget.js (the core) and charts.js (loaded when a chart comes) into the folder named, dist by default.
import { build } from "esbuild";

const folder = process.argv[2] ?? "dist";
const shared = { bundle: true, minify: true, target: "es2021", charset: "utf8", loader: { ".css": "text" }, legalComments: "none" };

await build({ ...shared, entryPoints: ["src/main.ts"], outfile: `${folder}/widget.js`, format: "iife" });
await build({ ...shared, entryPoints: ["src/charts/charts.ts"], outfile: `${folder}/charts.js`, format: "esm" });
