'use strict'

/**
 * The process warnings of each test around the call, which are kept from the terminal.
 *
 * @returns {{ message: string, type: string, code: string }[]} emptied before each test
 */
function useWarnings() {
  const warnings = []
  beforeEach(() => {
    warnings.length = 0
    jest.spyOn(process, 'emitWarning').mockImplementation((message, options) => {
      warnings.push({ message, ...options })
    })
  })
  afterEach(() => jest.restoreAllMocks())
  return warnings
}

module.exports = { useWarnings }
