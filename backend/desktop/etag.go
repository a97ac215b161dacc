package desktop

import (
	"slices"
	"sync"
)

// etagKept is how many answers are remembered: a few screens back and forth.
const etagKept = 64

// etagCache remembers what the API answered and under which ETag, so that an unchanged list is not sent again.
// Keys hold the grant and the URL: an answer to one grant is none to another.
type etagCache struct {
	mu      sync.Mutex
	answers map[string]cachedAnswer
	oldest  []string
}

type cachedAnswer struct {
	etag string
	body []byte
}

func (c *etagCache) get(key string) (cachedAnswer, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	answer, found := c.answers[key]
	return answer, found
}

func (c *etagCache) put(key string, answer cachedAnswer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.answers == nil {
		c.answers = map[string]cachedAnswer{}
	}
	c.oldest = append(slices.DeleteFunc(c.oldest, func(k string) bool { return k == key }), key)
	c.answers[key] = answer
	if len(c.oldest) > etagKept {
		delete(c.answers, c.oldest[0])
		c.oldest = c.oldest[1:]
	}
}

// forget drops everything: the next user must not be answered with the last one's lists.
func (c *etagCache) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answers, c.oldest = nil, nil
}
