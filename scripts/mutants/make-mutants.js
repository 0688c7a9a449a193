import ts from 'typescript';

/** What stands in the place of an operator. */
const operators = new Map([
  [ts.SyntaxKind.EqualsEqualsEqualsToken, '!=='],
  [ts.SyntaxKind.ExclamationEqualsEqualsToken, '==='],
  [ts.SyntaxKind.LessThanToken, '<='],
  [ts.SyntaxKind.GreaterThanToken, '>='],
  [ts.SyntaxKind.LessThanEqualsToken, '<'],
  [ts.SyntaxKind.GreaterThanEqualsToken, '>'],
  [ts.SyntaxKind.AmpersandAmpersandToken, '||'],
  [ts.SyntaxKind.BarBarToken, '&&'],
]);

/** Methods that are mistaken for one another. */
const methods = new Map([
  ['some', 'every'],
  ['every', 'some'],
  ['find', 'findLast'],
  ['findLast', 'find'],
  ['max', 'min'],
]);

/** Calls by which a judge speaks: without one of them it is silent. */
const spoken = /^(?:report\.(?:find|saw|reads|passes)|find|findings\.push|peers\.add|proven\.add)\(/;

/**
 * Every mutant of a source text: an operator, a literal or a condition turned round, a call by which a judge
 * speaks left out. Loop headers are let alone, since a mutant that never ends tells nothing.
 * @param {string} file Name for messages.
 * @param {string} text
 * @returns {{ file: string, line: number, from: string, to: string, start: number, end: number }[]}
 */
export function makeMutants(file, text) {
  const source = ts.createSourceFile(file, text, ts.ScriptTarget.Latest, true);
  /** @type {ReturnType<typeof makeMutants>} */
  const mutants = [];
  /** @param {ts.Node} node @param {string} to */
  const add = (node, to) => {
    const [start, end] = [node.getStart(source), node.getEnd()];
    const { line } = source.getLineAndCharacterOfPosition(start);
    mutants.push({ file, line: line + 1, from: text.slice(start, end), to, start, end });
  };
  /** @param {ts.Node} node */
  const visit = (node) => {
    if (ts.isTypeNode(node) || ts.isInterfaceDeclaration(node) || ts.isTypeAliasDeclaration(node)) return;
    if (ts.isWhileStatement(node) || ts.isForStatement(node)) {
      visit(node.statement);
      return;
    }
    if (ts.isBinaryExpression(node)) {
      const to = operators.get(node.operatorToken.kind);
      if (to) add(node.operatorToken, to);
    }
    if (ts.isPrefixUnaryExpression(node) && node.operator === ts.SyntaxKind.ExclamationToken) {
      add(node, node.operand.getText(source));
    }
    if (ts.isIfStatement(node)) {
      add(node.expression, 'true');
      add(node.expression, 'false');
    }
    if (ts.isConditionalExpression(node)) add(node.condition, `!(${node.condition.getText(source)})`);
    if (node.kind === ts.SyntaxKind.TrueKeyword) add(node, 'false');
    if (node.kind === ts.SyntaxKind.FalseKeyword) add(node, 'true');
    if (ts.isNumericLiteral(node)) add(node, String(Number(node.text) + 1));
    if (ts.isPropertyAccessExpression(node)) {
      const to = methods.get(node.name.text);
      if (to) add(node.name, to);
    }
    if (ts.isExpressionStatement(node) && spoken.test(node.getText(source))) add(node, ';');
    ts.forEachChild(node, visit);
  };
  visit(source);
  return mutants;
}
