// The pages in Japanese; their width in Italian too.

import { checkPages } from "./pages.mjs";

checkPages(import.meta.url, ["ja"], ["it"]);
