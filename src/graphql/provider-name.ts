/** The member of the enum `Provider` for the id of a provider: upper case, with an underscore for anything else. */
export function providerName(providerId: string): string {
  return providerId.toUpperCase().replace(/[^A-Z0-9_]/g, '_')
}
