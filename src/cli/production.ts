/**
 * Imported before anything else: graphql-js and others look at this once, when they are loaded, and check more than a
 * running gateway needs unless it says so.
 */
process.env['NODE_ENV'] ??= 'production'
