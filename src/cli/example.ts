const exampleQuery =
  '{ auditEntries(first: 5) { nodes { occurredAt source { key } action summary } pageInfo { endCursor } complete coverage { source { key } state } } }'

/** What a newcomer sees when the demo is ready: what is served, and a query to send. */
export function exampleText(url: string): string {
  return `
Four simulated providers with some months of sample data. GraphiQL: open ${url} in a browser. Or ask:

  curl -s ${url} -H 'content-type: application/json' \\
    -d '${JSON.stringify({ query: exampleQuery })}'

Your own sources: npm start -- --config FILE (see auditgraph.example.yaml). Stop with Ctrl+C.
`
}
