// Other people's readers of decision records: what do they make of a folder of ours, as JSON?
//
//   node readers.cjs log4brains FOLDER   FOLDER holds .log4brains.yml
//   node readers.cjs madr4 FOLDER        FOLDER holds the records

"use strict";

const fs = require("fs");
const path = require("path");

async function log4brains(folder) {
  const { Log4brains } = require("@log4brains/core");
  return await Log4brains.create(folder).searchAdrs();
}

async function madr4(folder) {
  const backstage = require("@backstage/plugin-adr-common");
  const files = fs.readdirSync(folder).filter(backstage.madrFilePathFilter).sort();
  return files.map((name) => {
    const text = fs.readFileSync(path.join(folder, name), "utf8");
    return { name, ...backstage.parseMadrWithFrontmatter(text) };
  });
}

const [reader, folder] = process.argv.slice(2);
({ log4brains, madr4 })[reader](folder).then((found) => console.log(JSON.stringify(found)));
