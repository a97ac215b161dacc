package pipeline

// keywords are the names that a mapping may have. A nil value is free in form.
type keywords map[string]keywords

// https://docs.gitlab.com/ci/yaml/#keywords
var globalKeywords = keywords{
	"default": pick(jobKeywords, "after_script", "artifacts", "before_script", "cache", "hooks", "id_tokens", "image",
		"interruptible", "retry", "services", "tags", "timeout"),
	"include": nil, "stages": nil, "variables": nil,
	"workflow": {
		"name": nil, "auto_cancel": {"on_new_commit": nil, "on_job_failure": nil},
		"rules": {"if": nil, "changes": nil, "exists": nil, "when": nil, "variables": nil, "auto_cancel": nil},
	},
}

// https://docs.gitlab.com/ci/yaml/#job-keywords
var jobKeywords = keywords{
	"after_script": nil, "allow_failure": {"exit_codes": nil}, "before_script": nil, "coverage": nil, "dependencies": nil,
	"artifacts": {
		"access": nil, "exclude": nil, "expire_in": nil, "expose_as": nil, "name": nil, "paths": nil, "untracked": nil, "when": nil,
		"reports": {
			"accessibility": nil, "annotations": nil, "browser_performance": nil, "codequality": nil, "container_scanning": nil,
			"coverage_report": nil, "cyclonedx": nil, "dast": nil, "dependency_scanning": nil, "dotenv": nil, "junit": nil,
			"load_performance": nil, "metrics": nil, "requirements": nil, "sast": nil, "secret_detection": nil, "terraform": nil,
		},
	},
	"cache": {
		"fallback_keys": nil, "key": {"files": nil, "files_commits": nil, "prefix": nil}, "paths": nil, "policy": nil,
		"unprotect": nil, "untracked": nil, "when": nil,
	},
	"environment": {
		"action": nil, "auto_stop_in": nil, "deployment_tier": nil, "kubernetes": nil, "name": nil, "on_stop": nil, "url": nil,
	},
	"extends": nil, "hooks": {"pre_get_sources_script": nil}, "id_tokens": nil, "identity": nil,
	"image":   {"docker": nil, "entrypoint": nil, "kubernetes": nil, "name": nil, "pull_policy": nil},
	"inherit": {"default": nil, "variables": nil}, "interruptible": nil, "manual_confirmation": nil,
	"needs":    {"artifacts": nil, "job": nil, "optional": nil, "parallel": {"matrix": nil}, "pipeline": nil, "project": nil, "ref": nil},
	"pages":    {"expire_in": nil, "path_prefix": nil, "publish": nil},
	"parallel": {"matrix": nil},
	"release": {
		"assets": {"links": nil}, "description": nil, "milestones": nil, "name": nil, "ref": nil, "released_at": nil,
		"tag_message": nil, "tag_name": nil,
	},
	"resource_group": nil, "retry": {"exit_codes": nil, "max": nil, "when": nil},
	"rules": {
		"allow_failure": nil, "changes": {"compare_to": nil, "paths": nil}, "exists": {"paths": nil, "project": nil, "ref": nil},
		"if": nil, "interruptible": nil, "needs": nil, "variables": nil, "when": nil,
	},
	"run": nil, "script": nil, "secrets": nil, "services": nil, "stage": nil, "start_in": nil, "tags": nil, "timeout": nil,
	"trigger":   {"branch": nil, "forward": nil, "include": nil, "inputs": nil, "project": nil, "strategy": nil},
	"variables": nil, "when": nil,
}

// values are those of the keywords that have a fixed set.
var values = map[string][]string{
	"artifacts.when":                     {"on_success", "on_failure", "always"},
	"environment.action":                 {"start", "prepare", "stop", "verify", "access"},
	"rules.when":                         {"on_success", "on_failure", "always", "never", "manual", "delayed"},
	"workflow.auto_cancel.on_new_commit": {"conservative", "interruptible", "none"},
	"retry.when": {
		"always", "unknown_failure", "script_failure", "api_failure", "stuck_or_timeout_failure", "runner_system_failure",
		"runner_unsupported", "stale_schedule", "job_execution_timeout", "archived_failure", "unmet_prerequisites",
		"scheduler_failure", "data_integrity_failure",
	},
}

// predefined are the variables of GitLab that the pipeline uses: https://docs.gitlab.com/ci/variables/predefined_variables/
var predefined = []string{
	"CI_API_V4_URL", "CI_COMMIT_BRANCH", "CI_COMMIT_TAG", "CI_DEFAULT_BRANCH", "CI_JOB_NAME_SLUG", "CI_JOB_TOKEN",
	"CI_PIPELINE_SOURCE", "CI_PROJECT_DIR", "CI_PROJECT_ID", "CI_REGISTRY", "CI_REGISTRY_IMAGE", "CI_REGISTRY_PASSWORD",
	"CI_REGISTRY_USER",
}

func pick(from keywords, names ...string) keywords {
	picked := keywords{}
	for _, name := range names {
		picked[name] = from[name]
	}
	return picked
}
