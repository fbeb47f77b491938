'use strict'

/** @type {import('jest').Config} */
module.exports = {
  // Nothing is transformed, so that what is tested is what is shipped.
  transform: {},
  testEnvironment: 'node',
  // Only these are scanned: installed servers and build outputs hold thousands of packages.
  roots: ['<rootDir>/__test__', '<rootDir>/bench/__test__', '<rootDir>/lib'],
  testMatch: ['**/__test__/**/*.test.js'],
  testPathIgnorePatterns: ['/node_modules/'],
  // For tests of one connection; those that start servers or brokers set their own.
  testTimeout: 15000
}
