package pipeline

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

const file = "../../.gitlab-ci.yml"

func read(t *testing.T, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

func pipeline(t *testing.T) config {
	t.Helper()
	parsed, err := parse([]byte(read(t, file)))
	if err != nil {
		t.Fatal(err)
	}
	return parsed
}

// settings returns the variables that the README for IT tells to set in GitLab.
func settings(t *testing.T) []string {
	t.Helper()
	var names []string
	for _, match := range regexp.MustCompile("`((?:PORTAL_SIGN|DEPLOY)_[A-Z0-9_]+)`").FindAllStringSubmatch(read(t, "../README.md"), -1) {
		names = append(names, match[1])
	}
	if len(names) == 0 {
		t.Fatal("build/README.md has no variables, want those of \"Releases\"")
	}
	return names
}

func TestPipeline(t *testing.T) {
	for _, problem := range pipeline(t).problems(settings(t)) {
		t.Error(problem)
	}
}

// Three kinds of pipelines, and no other, with the jobs of each.
func TestPipelineJobs(t *testing.T) {
	for name, test := range map[string]struct {
		variables map[string]string
		want      []string
	}{
		"of_a_merge_request": {
			map[string]string{"CI_PIPELINE_SOURCE": "merge_request_event"},
			[]string{"lint", "package", "test"},
		},
		"of_the_default_branch": {
			map[string]string{"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "main"},
			[]string{"builder", "lint", "package", "test"},
		},
		"of_another_branch": {map[string]string{"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_BRANCH": "topic"}, nil},
		"of_a_release": {
			map[string]string{"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_TAG": "v1.20.3"},
			[]string{"desktop", "lint", "pages", "production", "publish", "roll-back", "sign", "staging", "tag", "test"},
		},
		"of_another_tag": {map[string]string{"CI_PIPELINE_SOURCE": "push", "CI_COMMIT_TAG": "v1.20.3-try"}, nil},
	} {
		t.Run(name, func(t *testing.T) {
			test.variables["CI_DEFAULT_BRANCH"] = "main"
			parsed := pipeline(t)
			got, err := parsed.created(test.variables)
			if err != nil || !slices.Equal(got, test.want) {
				t.Fatalf("got the jobs %v (%v), want %v", got, err, test.want)
			}
			for _, job := range got {
				for _, other := range needed(parsed.jobs[job]) {
					if !slices.Contains(got, other) {
						t.Errorf("%s needs %s, which this pipeline does not have", job, other)
					}
				}
			}
		})
	}
}

// Nothing is signed, published or deployed before every test has passed.
func TestPipelineOrder(t *testing.T) {
	parsed := pipeline(t)
	for job, want := range map[string][]string{
		"sign":       {"lint", "tag", "test"},
		"publish":    {"sign", "test"},
		"staging":    {"publish", "sign", "test"},
		"production": {"staging", "sign", "test"},
		"desktop":    {"production", "publish", "test"},
		"pages":      {"desktop", "production", "test"},
	} {
		for _, before := range want {
			if !waitsFor(parsed, job, before) {
				t.Errorf("%s does not wait for %s", job, before)
			}
		}
	}
}

func waitsFor(c config, job, before string) bool {
	return slices.ContainsFunc(needed(c.jobs[job]), func(name string) bool { return name == before || waitsFor(c, name, before) })
}

// The keys that sign are variables of one environment; jobs that run code of merge requests must not be in it.
func TestPipelineEnvironments(t *testing.T) {
	parsed := pipeline(t)
	got := map[string]any{}
	for name, job := range parsed.jobs {
		if environment, has := job["environment"].(mapping); has {
			got[name] = environment["name"]
		}
	}
	want := map[string]any{"sign": "signing", "staging": "staging", "production": "production", "roll-back": "production"}
	if !maps.Equal(got, want) {
		t.Errorf("got the environments %v, want %v", got, want)
	}
}

func TestPipelineVersions(t *testing.T) {
	image := read(t, "Containerfile")
	variables, _ := pipeline(t).global["variables"].(mapping)
	builder, _ := variables["BUILDER"].(string)
	for pattern, want := range map[string]string{`golang:([\d.]+)-`: `:go([\d.]+)-`, `node:([\d.]+)-`: `-node([\d.]+)$`} {
		got := regexp.MustCompile(want).FindStringSubmatch(builder)
		made := regexp.MustCompile(pattern).FindStringSubmatch(image)
		if got == nil || made == nil || got[1] != made[1] {
			t.Errorf("got the version %v in the name of the image, want %v as in its recipe", got, made)
		}
	}
	needs := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindStringSubmatch(read(t, "../../go.mod"))
	if !strings.Contains(image, "golang:"+needs[1]+".") {
		t.Errorf("the image has no Go %s, which go.mod wants", needs[1])
	}
}

func TestProblems(t *testing.T) {
	const good = "stages: [one, two]\na:\n  stage: one\n  script: ['true']\n"
	for name, test := range map[string]struct{ text, want string }{
		"keyword":        {good + "b:\n  stage: two\n  scripts: ['true']\n  script: x\n", "b: scripts is no keyword"},
		"keyword_inside": {good + "b:\n  stage: two\n  script: x\n  artifacts: {path: [x]}\n", "b: artifacts.path is no keyword"},
		"global_keyword": {good + "workflow: {rule: []}\n", "workflow.rule is no keyword"},
		"value":          {good + "b:\n  stage: two\n  script: x\n  retry: {max: 1, when: [tired]}\n", "b: retry.when: tired is none of"},
		"stage":          {good + "b:\n  stage: three\n  script: x\n", "b: stage three is none of"},
		"no_script":      {good + "b:\n  stage: two\n", "b: there is no script"},
		"no_shell":       {good + "b:\n  stage: two\n  script: ['if']\n", "b: script: bash"},
		"needs_nothing":  {good + "b:\n  stage: two\n  script: x\n  needs: [c]\n", "b: needs c, which does not exist"},
		"needs_later_stage": {
			good + "b:\n  stage: two\n  script: x\nc:\n  stage: one\n  script: x\n  needs: [b]\n",
			"c: needs b of a later stage",
		},
		"variable": {good + "b:\n  stage: two\n  script: ['echo \"$MISSING\"']\n", "b: $MISSING is not defined"},
	} {
		t.Run(name, func(t *testing.T) {
			parsed, err := parse([]byte(test.text))
			if err != nil {
				t.Fatal(err)
			}
			got := parsed.problems(nil)
			if len(got) != 1 || !strings.HasPrefix(got[0], test.want) {
				t.Errorf("got the problems %q, want one: %q", got, test.want)
			}
		})
	}
}

func TestParse(t *testing.T) {
	const text = `
.a: {script: [one, two], variables: {X: "1", Y: "1"}, tags: [a]}
.b: {extends: .a, variables: {Y: "2"}}
job: {extends: [.b], tags: [b], script: [!reference [.a, script], three], variables: {Z: !reference [.b, variables, Y]}}
`
	parsed, err := parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	job := parsed.jobs["job"]
	if got := texts(job["script"]); !slices.Equal(got, []string{"one", "two", "three"}) {
		t.Errorf("got the script %v, want one, two, three", got)
	}
	if got := texts(job["tags"]); !slices.Equal(got, []string{"b"}) {
		t.Errorf("got the tags %v, want b", got)
	}
	variables, _ := job["variables"].(mapping)
	if want := (mapping{"X": "1", "Y": "2", "Z": "2"}); !maps.Equal(variables, want) {
		t.Errorf("got the variables %v, want %v", variables, want)
	}
}

func TestParseRefuses(t *testing.T) {
	for name, test := range map[string]struct{ text, want string }{
		"duplicate_key":       {"a: {script: x}\na: {script: y}\n", "line 2: a is there twice"},
		"extends_nothing":     {"a: {extends: .b}\n", ".b is no job"},
		"extends_itself":      {".b: {extends: .c}\n.c: {extends: .b}\na: {extends: .b}\n", ".b extends itself"},
		"reference_nothing":   {"a: {script: [!reference [.b, script]]}\n", "a: !reference [.b, script]: .b is no job"},
		"reference_no_key":    {".b: {tags: [x]}\na: {script: [!reference [.b, script]]}\n", "there is no script"},
		"reference_itself":    {"a: {script: [!reference [a, script]]}\n", "refers to itself"},
		"reference_too_short": {"a: {script: !reference [b]}\n", "line 1: !reference needs [job, keyword]"},
		"alias":               {"a: &x {script: y}\nb: *x\n", "line 2: anchors and aliases"},
		"empty":               {"", "the file is empty"},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := parse([]byte(test.text)); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got the error %v, want %q", err, test.want)
			}
		})
	}
}

func TestEvaluate(t *testing.T) {
	variables := map[string]string{"A": "1", "B": "v1.2.3"}
	for condition, want := range map[string]bool{
		`$A`: true, `$C`: false, `$A == "1"`: true, `$A != "1"`: false, `$A == $B`: false, `$B =~ /^v\d+/`: true, `$B !~ /^v\d+/`: false,
		`$C && $A`: false, `$C && $A || $B`: true,
	} {
		if got, err := evaluate(condition, variables); err != nil || got != want {
			t.Errorf("%s: got %v (%v), want %v", condition, got, err, want)
		}
	}
	if _, err := evaluate("A == 1", variables); err == nil {
		t.Error("got no error for a condition without a variable, want one")
	}
}
