// Package pipeline tests .gitlab-ci.yml as GitLab reads it: its keywords, extends, !reference and needs, the jobs of each
// kind of pipeline, the variables, and what its shell steps do. It has no program of its own.
//
// GitLab validates a pipeline only on its server. The table of keywords is from its reference,
// https://docs.gitlab.com/ci/yaml/, and from the JSON schema of its editor, app/assets/javascripts/editor/schema/ci.json in
// https://gitlab.com/gitlab-org/gitlab, as of GitLab 18. Keywords that are deprecated there are missing here on purpose.
package pipeline
