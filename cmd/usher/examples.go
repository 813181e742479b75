package main

// examples are what a command's help begins with, by the command's path. A
// test parses each of them.
var examples = map[string][]string{
	"": {
		`usher demo`,
		`usher serve --listen 127.0.0.1:8080`,
		`usher sellers add --name "Ana Press" --email ana@example.com`,
	},
	"serve": {
		`usher serve`,
		`usher serve --listen 0.0.0.0:443 --tls-cert cert.pem --tls-key key.pem --public-url https://keys.example.com`,
		`usher serve --public-url https://keys.example.com --trusted-proxies 127.0.0.1,10.0.0.0/8`,
	},
	"demo": {
		`usher demo`,
		`usher demo --data ./demo-data`,
		`usher demo --json`,
	},
	"sellers": {
		`usher sellers add --name "Ana Press" --email ana@example.com`,
		`usher sellers list`,
	},
	"sellers list": {`usher sellers list --json`},
	"sellers add":  {`usher sellers add --name "Ana Press" --email ana@example.com --address https://ana.example.com`},
	"products": {
		`usher products add --name Inkwell --price 2900 --licensed`,
		`usher products list`,
	},
	"products list": {`usher products list --jsonl`},
	"products show": {`usher products show inkwell`},
	"products add": {
		`usher products add --name Inkwell --price 2900 --licensed`,
		`usher products add --name "Inkwell Club" --kind membership --prices monthly=900,yearly=9000 --licensed --multiseat`,
		`usher products add --name "All of it" --kind bundle --price 4900 --includes inkwell=1,paper=2`,
	},
	"products edit": {
		`usher products edit inkwell --price 3900`,
		`usher products edit inkwell --licensed`,
		`usher products edit inkwell --no-published`,
	},
	"products delete":      {`usher products delete inkwell --yes`},
	"products undelete":    {`usher products undelete inkwell`},
	"products variants":    {`usher products variants inkwell`},
	"products add-variant": {`usher products add-variant inkwell --name Studio --price 2000`},
	"purchases": {
		`usher purchases add --product inkwell --email bo@example.com`,
		`usher purchases list --search bo`,
	},
	"purchases list": {
		`usher purchases list --product inkwell`,
		`usher purchases list --search "bo example" --limit 0 --jsonl`,
	},
	"purchases show": {`usher purchases show AZqxJ2vXd9-Y0kqk3rW0Ng==`},
	"purchases add": {
		`usher purchases add --product inkwell --email bo@example.com`,
		`usher purchases add --product inkwell --email bo@example.com --variant Studio --price 4500 --idempotency-key order-1001`,
	},
	"purchases refund": {
		`usher purchases refund AZqxJ2vXd9-Y0kqk3rW0Ng== --yes`,
		`usher purchases refund AZqxJ2vXd9-Y0kqk3rW0Ng== --amount 500 --yes`,
	},
	"purchases dispute":     {`usher purchases dispute AZqxJ2vXd9-Y0kqk3rW0Ng==`},
	"purchases dispute-won": {`usher purchases dispute-won AZqxJ2vXd9-Y0kqk3rW0Ng==`},
	"purchases revoke":      {`usher purchases revoke AZqxJ2vXd9-Y0kqk3rW0Ng==`},
	"purchases unrevoke":    {`usher purchases unrevoke AZqxJ2vXd9-Y0kqk3rW0Ng==`},
	"licenses": {
		`usher licenses verify < key.txt`,
		`usher licenses disable --product inkwell < key.txt`,
	},
	"licenses verify": {
		`usher licenses verify < key.txt`,
		`usher licenses verify --product inkwell --no-increment < key.txt`,
	},
	"licenses show": {
		`usher licenses show < key.txt`,
		`usher licenses show --purchase AZqxJ2vXd9-Y0kqk3rW0Ng==`,
	},
	"licenses disable":   {`usher licenses disable < key.txt`},
	"licenses enable":    {`usher licenses enable < key.txt`},
	"licenses decrement": {`usher licenses decrement < key.txt`},
	"licenses rotate":    {`usher licenses rotate --yes < key.txt`},
	"tokens": {
		`usher tokens create --name "My shop" --scopes view_sales,edit_products`,
		`usher tokens list`,
	},
	"tokens list": {`usher tokens list`},
	"tokens create": {
		`usher tokens create --name "My shop" --scopes view_sales,edit_products`,
		`usher tokens create --name Everything --scopes account > token.txt`,
	},
	"tokens revoke": {`usher tokens revoke AZqxJ2vXd9-Y0kqk3rW0Ng== --yes`},
	"import": {
		`usher import backup.jsonl --dry-run`,
		`usher import backup.jsonl`,
	},
	"export": {
		`usher export --with-keys --output backup.jsonl`,
		`usher export > without-keys.jsonl`,
	},
	"version": {`usher version`},
}
