'use strict'

/**
 * jest's globalSetup: from now on the addon that counts is loaded, here and in child processes. Not
 * sooner, because jest's own resolver is such an addon and obeys the same variable.
 */
module.exports = () => {
  process.env.NAPI_RS_NATIVE_LIBRARY_PATH = process.env.COVERAGE_ADDON
}
