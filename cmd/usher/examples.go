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
		`usher serve --data ./test-data --test-clock 2026-01-15T09:00:00Z --payments sandbox`,
	},
	"demo": {
		`usher demo`,
		`usher demo --data ./demo-data`,
		`usher demo --json`,
	},
	"webhooks": {
		`usher webhooks add https://example.com/hooks --topics license.*,membership.ended`,
		`usher webhooks list`,
	},
	"webhooks add": {
		`usher webhooks add https://example.com/hooks`,
		`usher webhooks add https://example.com/pings --ping sale`,
	},
	"deliveries": {
		`usher deliveries list --status failed`,
		`usher deliveries replay --failed AZ2TdR5wcQiAAAAAAAAAIA== --since 2026-04-01T00:00:00Z`,
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
		`usher purchases buy --product inkwell --email bo@example.com --method sandbox_pays`,
		`usher purchases record --product inkwell --email bo@example.com`,
		`usher purchases list --search bo`,
	},
	"purchases list": {
		`usher purchases list --product inkwell`,
		`usher purchases list --search "bo example" --limit 0 --jsonl`,
	},
	"purchases show": {
		`usher purchases show AZqxJ2vXd9-Y0kqk3rW0Ng==`,
		`usher purchases show AZqxJ2vXd9-Y0kqk3rW0Ng== --link --url https://keys.example.com`,
	},
	"purchases quote": {
		`usher purchases quote --product inkwell-club --variant Readers --quantity 3 --recurrence yearly`,
	},
	"purchases buy": {
		`usher purchases buy --product inkwell --variant Studio --email bo@example.com --method sandbox_pays`,
		`usher purchases buy --product inkwell-club --variant Readers --quantity 3 --email bo@example.com --method sandbox_pays`,
	},
	"purchases record": {
		`usher purchases record --product inkwell --email bo@example.com`,
		`usher purchases record --product inkwell --email bo@example.com --variant Studio --price 4500 --idempotency-key order-1001`,
		`usher purchases record --product inkwell-club --email bo@example.com --quantity 3 --recurrence monthly --outside-id sub_71`,
	},
	"purchases report": {
		`usher purchases report AZqxJ2vXd9-Y0kqk3rW0Ng== renewed --outside-id invoice_72 --amount 2700`,
		`usher purchases report AZqxJ2vXd9-Y0kqk3rW0Ng== cancelled --outside-id event_9 --sequence 12`,
	},
	"purchases refund": {
		`usher purchases refund AZqxJ2vXd9-Y0kqk3rW0Ng== --yes`,
		`usher purchases refund AZqxJ2vXd9-Y0kqk3rW0Ng== --amount 500 --yes`,
		`usher purchases refund AZqxJ2vXd9-Y0kqk3rW0Ng== --period --yes`,
	},
	"purchases readdress":   {`usher purchases readdress AZqxJ2vXd9-Y0kqk3rW0Ng== --email bo@example.org`},
	"purchases erase":       {`usher purchases erase bo@example.com --yes`},
	"purchases dispute":     {`usher purchases dispute AZqxJ2vXd9-Y0kqk3rW0Ng==`},
	"purchases dispute-won": {`usher purchases dispute-won AZqxJ2vXd9-Y0kqk3rW0Ng==`},
	"purchases revoke":      {`usher purchases revoke AZqxJ2vXd9-Y0kqk3rW0Ng==`},
	"purchases unrevoke":    {`usher purchases unrevoke AZqxJ2vXd9-Y0kqk3rW0Ng==`},
	"memberships": {
		`usher memberships show AZqxJ2vXd9-Y0kqk3rW0Ng==`,
		`usher memberships change AZqxJ2vXd9-Y0kqk3rW0Ng== --seats 5`,
	},
	"memberships show": {`usher memberships show AZqxJ2vXd9-Y0kqk3rW0Ng==`},
	"memberships quote": {
		`usher memberships quote AZqxJ2vXd9-Y0kqk3rW0Ng== --seats 5`,
		`usher memberships quote AZqxJ2vXd9-Y0kqk3rW0Ng== --tier Publishers --recurrence yearly`,
	},
	"memberships change": {
		`usher memberships change AZqxJ2vXd9-Y0kqk3rW0Ng== --seats 5`,
		`usher memberships change AZqxJ2vXd9-Y0kqk3rW0Ng== --recurrence yearly --idempotency-key change-17`,
	},
	"memberships cancel":   {`usher memberships cancel AZqxJ2vXd9-Y0kqk3rW0Ng== --by buyer`},
	"memberships uncancel": {`usher memberships uncancel AZqxJ2vXd9-Y0kqk3rW0Ng==`},
	"memberships restart":  {`usher memberships restart AZqxJ2vXd9-Y0kqk3rW0Ng== --seats 2`},
	"memberships pay":      {`usher memberships pay AZqxJ2vXd9-Y0kqk3rW0Ng==`},
	"memberships end":      {`usher memberships end AZqxJ2vXd9-Y0kqk3rW0Ng== --yes`},
	"memberships method":   {`usher memberships method AZqxJ2vXd9-Y0kqk3rW0Ng== sandbox_pays`},
	"seats": {
		`usher seats list AZqxJ2vXd9-Y0kqk3rW0Ng==`,
		`usher seats assign AZqxJ2vXd9-Y0kqk3rW0Ng== --email cleo@example.com`,
	},
	"seats list":   {`usher seats list AZqxJ2vXd9-Y0kqk3rW0Ng==`},
	"seats assign": {`usher seats assign AZqxJ2vXd9-Y0kqk3rW0Ng== --email cleo@example.com`},
	"seats invite": {`usher seats invite AZqxJ2vXd9-Y0kqk3rW0Ng==`},
	"seats revoke": {`usher seats revoke AZqxJ2vXd9-Y0kqk3rW0Ng==`},
	"seats grant": {
		`usher seats grant AZqxJ2vXd9-Y0kqk3rW0Ng== --seats 2`,
		`usher seats grant AZqxJ2vXd9-Y0kqk3rW0Ng== --seats=-1`,
	},
	"communities": {
		`usher communities connect-circle < token.txt`,
		`usher communities attach inkwell --connection circle --space-group 43576`,
		`usher communities people`,
	},
	"communities list":   {`usher communities list`},
	"communities status": {`usher communities status`},
	"communities show": {
		`usher communities show AZqxJ2vXd9-Y0kqk3rW0Ng==`,
		`usher communities show discord`,
	},
	"communities connect-circle": {
		`usher communities connect-circle < token.txt`,
		`usher communities connect-circle --community 3512 --space-group 43576 < token.txt`,
	},
	"communities attach": {
		`usher communities attach inkwell --connection circle --space-group 43576`,
		`usher communities attach inkwell-club --connection discord --role Readers --variant Readers --all-customers --yes`,
		`usher communities attach inkwell --connection discord --end-action none`,
	},
	"communities detach": {
		`usher communities detach inkwell --connection circle`,
		`usher communities detach inkwell --connection discord --members remove --yes`,
	},
	"communities check": {`usher communities check discord`},
	"communities people": {
		`usher communities people`,
		`usher communities people --connection discord --state needs_seller --jsonl`,
	},
	"communities reattach": {
		`usher communities reattach inkwell --connection circle --end-action none`,
		`usher communities reattach inkwell --connection discord --role Readers --all-customers --yes`,
	},
	"communities attachments":  {`usher communities attachments inkwell`},
	"communities choose":       {`usher communities choose circle`, `usher communities choose circle --community 3512`},
	"communities set":          {`usher communities set circle --calls-limit 5000`, `usher communities set discord --members-only`},
	"communities invite-again": {`usher communities invite-again AZqxJ2vXd9-Y0kqk3rW0Ng==`},
	"communities leave-out":    {`usher communities leave-out AZqxJ2vXd9-Y0kqk3rW0Ng==`},
	"communities block":        {`usher communities block bo@example.com`},
	"communities unblock":      {`usher communities unblock bo@example.com`},
	"communities blocks":       {`usher communities blocks`},
	"communities retry":        {`usher communities retry AZqxJ2vXd9-Y0kqk3rW0Ng==`},
	"communities reconcile": {
		`usher communities reconcile circle --dry-run`,
		`usher communities reconcile circle`,
	},
	"communities disconnect": {
		`usher communities disconnect circle --members keep --yes`,
		`usher communities disconnect discord --members remove --bot-leaves --yes`,
	},
	"admin": {`usher admin link`},
	"admin link": {
		`usher admin link`,
		`usher admin link --url https://keys.example.com`,
	},
	"payments":      {`usher payments list --purchase AZqxJ2vXd9-Y0kqk3rW0Ng==`},
	"payments list": {`usher payments list --purchase AZqxJ2vXd9-Y0kqk3rW0Ng==`},
	"mail":          {`usher mail list`},
	"mail list":     {`usher mail list --to bo@example.com`},
	"mail show":     {`usher mail show AZqxJ2vXd9-Y0kqk3rW0Ng==`},
	"clock": {
		`usher clock show`,
		`usher clock advance 31d`,
	},
	"clock show": {`usher clock show`},
	"clock advance": {
		`usher clock advance 31d`,
		`usher clock advance 1mo`,
		`usher clock advance --to 2026-03-01T00:00:00Z`,
	},
	"jobs":       {`usher jobs list`},
	"jobs list":  {`usher jobs list`},
	"jobs retry": {`usher jobs retry AZqxJ2vXd9-Y0kqk3rW0Ng==`},
	"sandbox": {
		`usher sandbox --listen 127.0.0.1:8090 --book book.jsonl`,
	},
	"standins": {
		`usher standins --listen 127.0.0.1:8091 --state who.json`,
	},
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
	"tokens applications": {
		`usher tokens applications add --name "My books" --scopes view_sales > secret.txt`,
		`usher tokens applications list`,
	},
	"tokens applications list":   {`usher tokens applications list`},
	"tokens applications add":    {`usher tokens applications add --name "My books" --scopes view_sales > secret.txt`},
	"tokens applications rotate": {`usher tokens applications rotate AZqxJ2vXd9-Y0kqk3rW0Ng== --yes > secret.txt`},
	"tokens applications revoke": {`usher tokens applications revoke AZqxJ2vXd9-Y0kqk3rW0Ng== --yes`},
	"import": {
		`usher import backup.jsonl --dry-run`,
		`usher import backup.jsonl`,
		`usher import sales.csv --product-id QMGY=32-nPAicqbLj8B_WswVlMw== --dry-run`,
	},
	"export": {
		`usher export --with-keys --output backup.jsonl`,
		`usher export > without-keys.jsonl`,
	},
	"backup": {
		`usher backup /mnt/backups/usher-2026-11-22.db`,
		`usher backup copy.db --json`,
	},
	"restore": {
		`usher restore --check /mnt/backups/usher-2026-11-22.db`,
		`usher restore --check copy.db --secrets-file /mnt/elsewhere/usher.secrets`,
	},
	"copy": {
		`usher copy --from ./usher-data --to postgres://usher@db.example.com/usher`,
		`usher copy --from postgres://usher@db.example.com/usher --to ./back-here`,
	},
	"hold": {
		`usher hold`,
		`usher hold --show`,
		`usher hold --lift`,
	},
	"doctor": {
		`usher doctor`,
		`usher doctor --json`,
	},
	"bench": {
		`usher bench`,
		`usher bench --full --licenses 100000`,
		`usher bench --for 500ms --json`,
	},
	"version": {`usher version`},
}
