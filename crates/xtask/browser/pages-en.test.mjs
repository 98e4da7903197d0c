// The pages in English; their width in French and German too.

import { checkPages } from "./pages.mjs";

checkPages(import.meta.url, ["en"], ["fr", "de"]);
