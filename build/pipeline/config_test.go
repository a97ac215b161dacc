package pipeline

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// mapping is a mapping of YAML, in which extends and !reference may be left.
type mapping = map[string]any

// reference is a value "!reference [job, keyword...]".
type reference []string

// config is a pipeline with all extends and references resolved.
type config struct {
	global mapping
	jobs   map[string]mapping
}

// parse returns the pipeline of a text, as GitLab merges it: https://docs.gitlab.com/ci/yaml/yaml_optimization/
func parse(text []byte) (config, error) {
	var document yaml.Node
	if err := yaml.Unmarshal(text, &document); err != nil {
		return config{}, err
	}
	if len(document.Content) == 0 {
		return config{}, errors.New("the file is empty")
	}
	value, err := plain(document.Content[0])
	if err != nil {
		return config{}, err
	}
	all, ok := value.(mapping)
	if !ok {
		return config{}, errors.New("the file is no mapping")
	}
	return resolve(all)
}

// plain returns a node as maps, slices and strings. It is an error if a mapping names a key twice.
func plain(node *yaml.Node) (any, error) {
	switch {
	case node.Tag == "!reference":
		return referenceOf(node)
	case node.Kind == yaml.MappingNode:
		return plainMapping(node)
	case node.Kind == yaml.SequenceNode:
		list := []any{}
		for _, item := range node.Content {
			value, err := plain(item)
			if err != nil {
				return nil, err
			}
			list = append(list, value)
		}
		return list, nil
	case node.Kind == yaml.ScalarNode:
		return node.Value, nil
	}
	return nil, fmt.Errorf("line %d: anchors and aliases are not used here: extends and !reference have names", node.Line)
}

func plainMapping(node *yaml.Node) (any, error) {
	found := mapping{}
	for i := 0; i < len(node.Content); i += 2 {
		key := node.Content[i]
		if _, twice := found[key.Value]; twice {
			return nil, fmt.Errorf("line %d: %s is there twice", key.Line, key.Value)
		}
		value, err := plain(node.Content[i+1])
		if err != nil {
			return nil, err
		}
		found[key.Value] = value
	}
	return found, nil
}

func referenceOf(node *yaml.Node) (any, error) {
	var path reference
	if err := node.Decode((*[]string)(&path)); err != nil || len(path) < 2 {
		return nil, fmt.Errorf("line %d: !reference needs [job, keyword]", node.Line)
	}
	return path, nil
}

func resolve(all mapping) (config, error) {
	found := config{global: mapping{}, jobs: map[string]mapping{}}
	for name, value := range all {
		if _, is := globalKeywords[name]; is {
			found.global[name] = value
			continue
		}
		if strings.HasPrefix(name, ".") {
			continue
		}
		job, err := extended(all, name, nil)
		if err != nil {
			return config{}, err
		}
		followed, err := follow(all, job, nil)
		if err != nil {
			return config{}, fmt.Errorf("%s: %w", name, err)
		}
		found.jobs[name] = followed.(mapping)
	}
	return found, nil
}

// extended returns a job merged over what it extends: mappings by their keys, anything else as a whole.
func extended(all mapping, name string, path []string) (mapping, error) {
	if slices.Contains(path, name) {
		return nil, fmt.Errorf("%s extends itself: %s", name, strings.Join(path, ", "))
	}
	own, ok := all[name].(mapping)
	if !ok {
		return nil, fmt.Errorf("%s is no job", name)
	}
	merged := mapping{}
	for _, base := range texts(own["extends"]) {
		inherited, err := extended(all, base, append(slices.Clone(path), name))
		if err != nil {
			return nil, err
		}
		merged = merge(merged, inherited)
	}
	own = maps.Clone(own)
	delete(own, "extends")
	return merge(merged, own), nil
}

func merge(base, over mapping) mapping {
	merged := maps.Clone(base)
	for key, value := range over {
		below, both := merged[key].(mapping)
		if above, is := value.(mapping); is && both {
			merged[key] = merge(below, above)
			continue
		}
		merged[key] = value
	}
	return merged
}

// follow returns a value with what its references name. A list that a reference puts into a list becomes part of it.
func follow(all mapping, value any, path []string) (any, error) {
	switch value := value.(type) {
	case mapping:
		followed := mapping{}
		for key, item := range value {
			result, err := follow(all, item, path)
			if err != nil {
				return nil, err
			}
			followed[key] = result
		}
		return followed, nil
	case []any:
		return followList(all, value, path)
	case reference:
		return followReference(all, value, path)
	}
	return value, nil
}

func followList(all mapping, list []any, path []string) (any, error) {
	followed := []any{}
	for _, item := range list {
		result, err := follow(all, item, path)
		if err != nil {
			return nil, err
		}
		if _, was := item.(reference); was {
			if inner, is := result.([]any); is {
				followed = append(followed, inner...)
				continue
			}
		}
		followed = append(followed, result)
	}
	return followed, nil
}

func followReference(all mapping, to reference, path []string) (any, error) {
	name := strings.Join(to, ", ")
	if slices.Contains(path, name) {
		return nil, fmt.Errorf("!reference [%s] refers to itself", name)
	}
	job, err := extended(all, to[0], nil)
	if err != nil {
		return nil, fmt.Errorf("!reference [%s]: %w", name, err)
	}
	var value any = job
	for _, key := range to[1:] {
		inside, _ := value.(mapping)
		if value = inside[key]; value == nil {
			return nil, fmt.Errorf("!reference [%s]: there is no %s", name, key)
		}
	}
	return follow(all, value, append(slices.Clone(path), name))
}

// texts returns a value that may be a text or a list of texts, as a list.
func texts(value any) []string {
	switch value := value.(type) {
	case string:
		return []string{value}
	case []any:
		var found []string
		for _, item := range value {
			found = append(found, texts(item)...)
		}
		return found
	}
	return nil
}
