import ts from 'typescript';

/** One file of src, by its path from there: `protocol/frame.ts`. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** One place in a file that names another module: an import, a re-export, a type-only one, or a call of `import()`. */
export interface ImportLine {
  readonly file: string;
  readonly line: number;
  /** As written; undefined when it is computed and so cannot be known. */
  readonly specifier: string | undefined;
}

/** Every name that must not be touched, and where: `src/` is not the place for Node's private members. */
export interface Mention {
  readonly file: string;
  readonly line: number;
  readonly name: string;
}

/** Reads with TypeScript's own parser, so that comments, strings and examples in TSDoc are not mistaken for imports. */
export function importLines(source: SourceFile): ImportLine[] {
  const found: ImportLine[] = [];
  visit(source, (node, line) => {
    const reference = referenceOf(node);
    if (reference === undefined) return;
    found.push({
      file: source.path,
      line,
      specifier: ts.isStringLiteralLike(reference) ? reference.text : undefined,
    });
  });
  return found;
}

/** Finds the given names as a member, a property, an identifier or a whole string literal; comments do not count. */
export function mentions(source: SourceFile, names: ReadonlySet<string>): Mention[] {
  const found: Mention[] = [];
  visit(source, (node, line) => {
    const isName = ts.isIdentifier(node) || ts.isStringLiteralLike(node);
    if (isName && names.has(node.text)) found.push({ file: source.path, line, name: node.text });
  });
  return found;
}

/** The node that names the other module, if `node` is anything that loads one or takes types from one. */
function referenceOf(node: ts.Node): ts.Node | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return node.moduleSpecifier;
  if (ts.isExternalModuleReference(node)) return node.expression;
  if (ts.isImportTypeNode(node)) return ts.isLiteralTypeNode(node.argument) ? node.argument.literal : node;
  if (ts.isCallExpression(node) && isLoader(node.expression)) return node.arguments[0] ?? node;
  return undefined;
}

function isLoader(callee: ts.Expression): boolean {
  return (
    callee.kind === ts.SyntaxKind.ImportKeyword || (ts.isIdentifier(callee) && callee.text === 'require')
  );
}

function visit(source: SourceFile, look: (node: ts.Node, line: number) => void): void {
  const tree = ts.createSourceFile(source.path, source.text, ts.ScriptTarget.Latest, false, ts.ScriptKind.TS);
  const step = (node: ts.Node): void => {
    look(node, tree.getLineAndCharacterOfPosition(node.getStart(tree)).line + 1);
    ts.forEachChild(node, step);
  };
  ts.forEachChild(tree, step);
}
