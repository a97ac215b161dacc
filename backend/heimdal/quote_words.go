package heimdal

import (
	"strings"
)

// words are those of what APIs say of a request, as they are shown.
var knownWords = wordTable(`
	a able about above access account accounts active admin administrator after again all allowed already also an and another any
	API app application applications are as ask at attempt attempts authenticate authenticated authentication authorization
	authorize authorized available
	back bad be bearer because been before being below blocked body busy but by
	call called calls can cancelled cannot cause certificate change changed check client clients closed code come company
	complete completed connection contact content correct could couldn created current currently customer customers
	data database date day days dead deactivated default deleted denied did didn disabled do does doesn don down due during
	each either empty enabled endpoint enough entitled error errors exceeded exceeds exception exist exists expired expires
	failed failure fields fine first for forbidden format found from full
	gateway get given granted
	had has hasn have header heimdal here host hour hours how however HTTP HTTPS
	I ID ids if in inactive incomplete incorrect information inside instead internal into invalid IP is isn issue it its
	JSON just
	key keys kindly known
	last later least less licence license licensed limit limited limits list load locked login long longer
	maintenance many match matches may maximum me method minute minutes missing moment more most MSP must my
	name need needed needs network never new next no none not nothing now number
	object occurred of off offline old on once one only open operation or order other our out over own
	page pages parameter parameters parent part partial partially password path payment pending per period permission permissions
	permitted plan please policy portal possible problem process processed product provide provided provider
	query quota
	range rate reached read recognised recognized record records refused refresh rejected remaining reason remove removed renew
	replaced reply request requested requests require required requires reseller resellers resource response restricted result
	results retry returned revoked right role
	s same scope second seconds secret security see seem seems sent server service session set should shown sign signature since
	so some something sorry source still stopped such suffix support supported suspended system
	t temporarily temporary tenant tenants terminated than thank thanks that the their them then there these they this those
	throttled throttling till time timed timeout to today token tokens tomorrow too total try turned type
	unable unauthorised unauthorized unavailable under unexpected unknown unsupported until up update updated upgrade URL usage
	use used user users using
	valid value values version via view
	wait was wasn way we week well went were what when where which while who why will with within without won wrong
	yet you your`)

func wordTable(list string) map[string]string {
	table := map[string]string{}
	for _, word := range strings.Fields(list) {
		table[strings.ToLower(word)] = word
	}
	return table
}
