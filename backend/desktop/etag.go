package desktop

import (
	"slices"
	"sync"
)

// etagKept is how many responses are cached: enough to go back and forth between a few screens.
const etagKept = 64

// etagCache stores responses with their ETag, so that an unchanged list is not sent again. Keys contain grant and URL:
// a response for one grant is never used for another.
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

// forget empties the cache, so that the next user does not receive the previous user's lists.
func (c *etagCache) forget() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.answers, c.oldest = nil, nil
}
