.PHONY: demo test node

# Three deepstream servers in processes of their own, connected by nothing but this package, and a page that shows them.
demo: node
	@node scripts/set-up.js demo && node demo/demo.js

# Every check and every test.
test: node
	@node scripts/test.js

node:
	@command -v node >/dev/null || { echo 'Node.js 20.19 or newer is missing; install it with: nvm install 20 (https://github.com/nvm-sh/nvm)'; exit 1; }
