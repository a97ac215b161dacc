package customersync_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"sync"
	"testing"

	"fs-client-portal/backend/customersync"
	"fs-client-portal/backend/portal"
)

// pagedAPI is a fake Heimdal API that returns pages of ten customers with a total, and one customer by its own id.
type pagedAPI struct {
	mu        sync.Mutex
	customers []customer
	requested []string
	// before is called before each response with the number of the call.
	before func(d *pagedAPI, call int)
	// single, if set, handles requests about one customer.
	single func(w http.ResponseWriter, id string)
	// refuseAll refuses the API key.
	refuseAll bool
	request   *http.Request // the current one
}

// pagedAPI connects the tenant to a new pagedAPI of these customers.
func (w *tenant) pagedAPI(customers ...customer) *pagedAPI {
	w.Helper()
	d := &pagedAPI{customers: customers}
	server := httptest.NewServer(d)
	w.Cleanup(server.Close)
	w.setBaseURL(server.URL)
	return d
}

func (d *pagedAPI) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	d.mu.Lock()
	defer d.mu.Unlock()
	id := r.URL.Query().Get("customerId")
	d.request = r
	d.requested = append(d.requested, id)
	if d.before != nil {
		d.before(d, len(d.requested))
	}
	if d.refuseAll {
		w.WriteHeader(http.StatusForbidden)
		return
	}
	if id != customerID {
		d.serveOne(w, id)
		return
	}
	number, _ := strconv.Atoi(r.URL.Query().Get("pageNumber"))
	from := min(10*(max(1, number)-1), len(d.customers))
	page := d.customers[from:min(from+10, len(d.customers))]
	_ = json.NewEncoder(w).Encode(map[string]any{"items": page, "totalCount": len(d.customers)})
}

func (d *pagedAPI) serveOne(w http.ResponseWriter, id string) {
	if d.single != nil {
		d.single(w, id)
		return
	}
	for _, c := range d.customers {
		if fmt.Sprint(c["id"]) == id {
			_ = json.NewEncoder(w).Encode(c)
			return
		}
	}
	http.NotFound(w, nil)
}

func (d *pagedAPI) remove(ids ...int) {
	d.customers = slices.DeleteFunc(slices.Clone(d.customers), func(c customer) bool { return slices.Contains(ids, c["id"].(int)) })
}

// checks returns the ids of the customers that were requested one by one since its last call.
func (d *pagedAPI) checks() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	ids := slices.DeleteFunc(d.requested, func(id string) bool { return id == customerID })
	d.requested = nil
	return ids
}

// mustEnd runs a sync that must end with this status.
func (w *tenant) mustEnd(want portal.RunStatus) portal.SyncRun {
	w.Helper()
	run := w.syncNow()
	if run.Status != want {
		w.Fatalf("run: got %s (%s), want %s", run.Status, errorText(run), want)
	}
	return run
}

// statusOf returns the status of the customer with this id at the product.
func (w *tenant) statusOf(id int) string {
	w.Helper()
	return value[string](w, `
		select status
		from (
			select external_id, status from client where mssp_id = $1
			union all
			select external_id, status from msp where mssp_id = $1) c
		where external_id = $2`, w.ID, fmt.Sprint(id))
}

// absence returns how many known customers a run's pages lacked, and how many of them it checked, found and left
// undecided.
func absence(run portal.SyncRun) [4]int64 {
	return [4]int64{run.Absent, run.Checked, run.Found, run.Undecided}
}

func TestPagedRun(t *testing.T) {
	t.Parallel()
	t.Run("keeps_customers_that_move_between_pages", testPagedRunKeepsCustomersThatMoveBetweenPages)
	t.Run("keeps_msp_if_own_response_has_no_parent", testPagedRunKeepsMSPIfOwnResponseHasNoParent)
	t.Run("moves_customer_by_its_own_response", testPagedRunMovesCustomerByItsOwnResponse)
	t.Run("excludes_checks_from_stated_total", testPagedRunExcludesChecksFromStatedTotal)
	t.Run("fails_on_wrong_total_before_any_check", testPagedRunFailsOnWrongTotalBeforeAnyCheck)
	t.Run("retries_temporary_error_of_a_check", testPagedRunRetriesTemporaryErrorOfACheck)
	t.Run("fails_if_api_refuses_every_request", testPagedRunFailsIfAPIRefusesEveryRequest)
	t.Run("does_not_check_missing_customers_again", testPagedRunDoesNotCheckMissingCustomersAgain)
}

func testPagedRunKeepsCustomersThatMoveBetweenPages(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	d := w.pagedAPI(clientsOfOneMSP(39)...)
	w.mustEnd(portal.RunComplete)
	d.checks()
	d.before = func(d *pagedAPI, call int) {
		if call == 2 {
			d.remove(104)
			d.customers = append(d.customers, corp(900, "New", 1))
		}
	}
	run := w.mustEnd(portal.RunComplete)
	if got := fmt.Sprint(d.checks()); got != "[109]" || run.Checked != 1 || run.Missing != 0 || run.Added != 1 || run.Moved != 0 {
		t.Errorf("got %s checked, run %+v; want 109 checked, none missing, one added", got, run)
	}
	if got, want := absence(run), [4]int64{1, 1, 1, 0}; got != want {
		t.Errorf("absent, checked, found, undecided: got %v, want %v", got, want)
	}
	if n := value[int64](w, "select count(*) from client where status = 'active' and msp_id is not null"); n != 40 {
		t.Errorf("active clients under the MSP: got %d, want 40", n)
	}
	d.before = nil
	run = w.mustEnd(portal.RunComplete)
	if got := fmt.Sprint(d.checks()); got != "[104]" || run.Checked != 1 || run.Missing != 1 || w.statusOf(104) != "missing" {
		t.Errorf("got %s checked, run %+v; want 104 checked and missing", got, run)
	}
	if got, want := absence(run), [4]int64{1, 1, 0, 0}; got != want {
		t.Errorf("absent, checked, found, undecided: got %v, want %v", got, want)
	}
	w.CheckCounts(t.Errorf)
}

func testPagedRunKeepsMSPIfOwnResponseHasNoParent(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	d := w.pagedAPI(clientsOfOneMSP(39)...)
	w.mustEnd(portal.RunComplete)
	slipped := d.customers[20]
	d.customers = slices.Delete(slices.Clone(d.customers), 20, 21)
	d.single = func(rw http.ResponseWriter, _ string) {
		_ = json.NewEncoder(rw).Encode([]customer{with(slipped, customer{"resellerId": nil})})
	}
	before := w.Everything()
	run := w.mustEnd(portal.RunComplete)
	if run.Checked != 1 || run.Moved != 0 || run.Missing != 0 {
		t.Errorf("run: got %+v, want one checked and none moved", run)
	}
	if n := value[int64](w, "select count(*) from client where msp_id is null"); n != 0 {
		t.Errorf("clients without an MSP: got %d, want none", n)
	}
	// Only the JSON of the customer differs: it has no parent.
	if run.Changed != 1 || before == w.Everything() {
		t.Errorf("changed: got %d, want the details of one", run.Changed)
	}
}

func testPagedRunMovesCustomerByItsOwnResponse(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	d := w.pagedAPI(append(clientsOfOneMSP(30), reseller(2, "Other"))...)
	w.mustEnd(portal.RunComplete)
	slipped := with(d.customers[20], customer{"resellerId": 2})
	d.customers = slices.Delete(slices.Clone(d.customers), 20, 21)
	d.single = func(rw http.ResponseWriter, _ string) { _ = json.NewEncoder(rw).Encode(slipped) }
	if run := w.mustEnd(portal.RunComplete); run.Moved != 1 || run.Missing != 0 {
		t.Errorf("run: got %+v, want one moved and none missing", run)
	}
}

func testPagedRunExcludesChecksFromStatedTotal(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	d := w.pagedAPI(clientsOfOneMSP(30)...)
	w.mustEnd(portal.RunComplete)
	first := d.customers[15]
	d.remove(first["id"].(int))
	d.single = func(rw http.ResponseWriter, _ string) { _ = json.NewEncoder(rw).Encode(first) }
	if run := w.mustEnd(portal.RunComplete); run.Seen != 31 || run.Missing != 0 {
		t.Errorf("run: got %+v, want 31 seen beside a stated total of 30", run)
	}
	if m, id := w.fieldMap(), w.path("id"); m.Customers != 31 || id.Customers != 31 {
		t.Errorf("field map: got %d customers, %d with an id; want 31", m.Customers, id.Customers)
	}
}

func testPagedRunFailsOnWrongTotalBeforeAnyCheck(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	d := w.pagedAPI(clientsOfOneMSP(30)...)
	w.mustEnd(portal.RunComplete)
	before := w.Everything()
	d.checks()
	d.customers[29] = d.customers[3]
	w.mustFail("incomplete")
	if got := d.checks(); len(got) != 0 || w.Everything() != before {
		t.Errorf("got %v checked, or rows were written; want neither", got)
	}
}

func testPagedRunRetriesTemporaryErrorOfACheck(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	w.service = w.newService(func(c *customersync.Config) { c.Clock = newSkippingClock() })
	d := w.pagedAPI(clientsOfOneMSP(30)...)
	w.mustEnd(portal.RunComplete)
	d.remove(110)
	failures := 0
	d.single = func(rw http.ResponseWriter, _ string) {
		if failures++; failures < 3 {
			rw.WriteHeader(502)
			return
		}
		http.NotFound(rw, nil)
	}
	if run := w.mustEnd(portal.RunComplete); run.Missing != 1 || failures != 3 {
		t.Errorf("got %+v after %d tries, want one missing after the third", run, failures)
	}
}

func testPagedRunFailsIfAPIRefusesEveryRequest(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	d := w.pagedAPI(clientsOfOneMSP(30)...)
	w.mustEnd(portal.RunComplete)
	before := w.Everything()
	d.remove(110, 111)
	all := d.customers
	d.single = func(rw http.ResponseWriter, _ string) {
		d.customers = []customer{}
		rw.WriteHeader(http.StatusForbidden)
	}
	w.mustFail("incomplete")
	d.customers = all
	d.before = func(d *pagedAPI, call int) {
		if d.requested[call-1] == "110" {
			d.refuseAll = true
		}
	}
	w.mustFail("bad_key")
	if w.Everything() != before {
		t.Error("the run wrote rows, want none")
	}
}

func testPagedRunDoesNotCheckMissingCustomersAgain(t *testing.T) {
	t.Parallel()
	w := newTenant(t)
	d := w.pagedAPI(clientsOfOneMSP(30)...)
	w.mustEnd(portal.RunComplete)
	d.remove(110)
	w.mustEnd(portal.RunComplete)
	d.checks()
	if run := w.mustEnd(portal.RunComplete); run.Checked != 0 || len(d.checks()) != 0 || w.statusOf(110) != "missing" {
		t.Errorf("run: got %+v, want no check of a customer that is missing already", run)
	}
}
