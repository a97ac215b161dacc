package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/prometheus/client_golang/prometheus"

	"fs-client-portal/backend/httpapi"
	"fs-client-portal/backend/session"
	"fs-client-portal/backend/testkit"
)

const deployFolder = "../../../build/deploy/"

func readDeployed(t *testing.T, name string) string {
	t.Helper()
	content, err := os.ReadFile(deployFolder + name)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func TestUnits(t *testing.T) {
	t.Parallel()
	t.Run("are_exposed_little", testUnitsAreExposedLittle)
	t.Run("name_settings_that_exist", testUnitsNameSettingsThatExist)
	t.Run("wait_longer_than_server_drains", testUnitsWaitLongerThanServerDrains)
}

var exposureLine = regexp.MustCompile(`Overall exposure level for \S+: ([0-9.]+)`)

func testUnitsAreExposedLittle(t *testing.T) {
	t.Parallel()
	program, err := exec.LookPath("systemd-analyze")
	if err != nil {
		t.Skip("systemd-analyze is not installed: the exposure of the units was not tested")
	}
	for _, unit := range []string{"portal-api.service", "portal-api-migrate.service"} {
		output, err := exec.Command(program, "security", "--offline=true", "--no-pager", deployFolder+unit).CombinedOutput()
		if err != nil {
			t.Fatalf("systemd-analyze security %s: %v: %s", unit, err, output)
		}
		found := exposureLine.FindSubmatch(output)
		if found == nil {
			t.Fatalf("%s: no exposure level in %s", unit, output)
		}
		if level, err := strconv.ParseFloat(string(found[1]), 64); err != nil || level > 2 {
			t.Errorf("%s: got the exposure level %s (%v), want at most 2.0", unit, found[1], err)
		}
	}
}

// testUnitsNameSettingsThatExist would fail for a setting that was renamed in the program only.
func testUnitsNameSettingsThatExist(t *testing.T) {
	t.Parallel()
	help := readProgramHelp(t)
	for _, file := range []string{"portal-api.env", "migrate.env", "portal-api.service", "portal-api-admin", "README.md"} {
		for _, name := range regexp.MustCompile(`PORTAL_[A-Z_]*[A-Z]`).FindAllString(readDeployed(t, file), -1) {
			if !slices.Contains(help, name) {
				t.Errorf("%s: %s is no setting of portal-api", file, name)
			}
		}
	}
}

// readProgramHelp returns the names of all settings.
func readProgramHelp(t *testing.T) (names []string) {
	t.Helper()
	for _, command := range newParser().Model.Leaves(false) {
		for _, flags := range command.AllFlags(false) {
			for _, flag := range flags {
				names = append(names, flag.Envs...)
			}
		}
	}
	return names
}

// testUnitsWaitLongerThanServerDrains compares with the time for requests and that for jobs, which follow each other.
func testUnitsWaitLongerThanServerDrains(t *testing.T) {
	t.Parallel()
	found := regexp.MustCompile(`(?m)^TimeoutStopSec=(\d+)$`).FindStringSubmatch(readDeployed(t, "portal-api.service"))
	if found == nil {
		t.Fatal("portal-api.service has no TimeoutStopSec in seconds")
	}
	if seconds, err := strconv.ParseFloat(found[1], 64); err != nil || seconds <= 2*drainTimeout.Seconds() {
		t.Errorf("got TimeoutStopSec=%s (%v), want more than %v", found[1], err, 2*drainTimeout)
	}
}

func TestMonitoring(t *testing.T) {
	t.Parallel()
	metrics := exportedMetrics(t)
	t.Run("alerts_name_metrics_that_exist", func(t *testing.T) {
		for _, expression := range alertExpressions(t) {
			checkMetrics(t, metrics, expression)
		}
	})
	t.Run("panels_name_metrics_that_exist", func(t *testing.T) {
		for _, expression := range panelExpressions(t) {
			checkMetrics(t, metrics, expression)
		}
	})
	t.Run("alerts_are_in_runbook", testMonitoringAlertsAreInRunbook)
	t.Run("unknown_metric_is_found", func(t *testing.T) {
		if got := unknownNames(metrics, `rate(portal_http_request_second_count{status="5"}[5m]) > 1`); len(got) != 1 {
			t.Errorf("got the unknown names %q, want the misspelled metric", got)
		}
	})
}

var metricName = regexp.MustCompile(`fqName: "([^"]+)"`)

// exportedMetrics returns the names of the series that a server exports.
func exportedMetrics(t *testing.T) map[string]bool {
	t.Helper()
	registry := newRegistry()
	db := testkit.Open(t)
	sealer, err := session.LoadSealer(secretKeyFile(t))
	if err != nil {
		t.Fatal(err)
	}
	if _, err := (serveCommand{}).newSync(db, sealer, nil, newLog(0), registry); err != nil {
		t.Fatal(err)
	}
	httpapi.New(httpapi.Config{DB: db, Metrics: registry, Log: newLog(0)})
	descriptions := make(chan *prometheus.Desc)
	go func() {
		registry.Describe(descriptions)
		close(descriptions)
	}()
	names := map[string]bool{"up": true} // Prometheus's own
	for description := range descriptions {
		name := metricName.FindStringSubmatch(description.String())[1]
		for _, suffix := range []string{"", "_bucket", "_sum", "_count"} {
			names[name+suffix] = true
		}
	}
	return names
}

func alertExpressions(t *testing.T) (expressions []string) {
	t.Helper()
	for _, found := range regexp.MustCompile(`(?m)^ +expr: (.+)$`).FindAllStringSubmatch(readDeployed(t, "alerts.yml"), -1) {
		expressions = append(expressions, found[1])
	}
	if len(expressions) == 0 || len(expressions) != strings.Count(readDeployed(t, "alerts.yml"), "- alert: ") {
		t.Fatalf("got %d expressions, want one line for each alert", len(expressions))
	}
	return expressions
}

func panelExpressions(t *testing.T) (expressions []string) {
	t.Helper()
	var dashboard struct {
		Panels []struct {
			Targets []struct{ Expr string }
		}
	}
	if err := json.Unmarshal([]byte(readDeployed(t, "dashboard.json")), &dashboard); err != nil {
		t.Fatal(err)
	}
	for _, panel := range dashboard.Panels {
		for _, target := range panel.Targets {
			expressions = append(expressions, target.Expr)
		}
	}
	if len(expressions) == 0 {
		t.Fatal("the dashboard has no expressions")
	}
	return expressions
}

// notMetrics are the parts of an expression in which names are no metrics: labels, texts, durations, groupings.
var notMetrics = regexp.MustCompile(`\{[^}]*\}|\[[^\]]*\]|"[^"]*"|\bby \([^)]*\)`)

// promQL are the functions and operators that the files use.
var promQL = []string{"sum", "rate", "increase", "histogram_quantile", "topk"}

func unknownNames(metrics map[string]bool, expression string) (unknown []string) {
	rest := notMetrics.ReplaceAllString(expression, " ")
	for _, name := range regexp.MustCompile(`\b[a-z_][a-z0-9_]*`).FindAllString(rest, -1) {
		if !metrics[name] && !slices.Contains(promQL, name) {
			unknown = append(unknown, name)
		}
	}
	return unknown
}

func checkMetrics(t *testing.T, metrics map[string]bool, expression string) {
	t.Helper()
	if unknown := unknownNames(metrics, expression); len(unknown) > 0 {
		t.Errorf("%s: got the unknown names %q, want metrics that portal-api exports", expression, unknown)
	}
}

func testMonitoringAlertsAreInRunbook(t *testing.T) {
	t.Parallel()
	runbook := readDeployed(t, "README.md")
	alerts := regexp.MustCompile(`- alert: (\w+)`).FindAllStringSubmatch(readDeployed(t, "alerts.yml"), -1)
	for _, alert := range alerts {
		if !strings.Contains(runbook, "\n### "+alert[1]+"\n") {
			t.Errorf("README.md has no heading for the alert %s", alert[1])
		}
		if want := `runbook: "README.md#` + strings.ToLower(alert[1]) + `"`; !strings.Contains(readDeployed(t, "alerts.yml"), want) {
			t.Errorf("alerts.yml lacks %s", want)
		}
	}
}
