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
	mu        sync.Mutex
	responses map[string]cachedResponse
	oldest    []string
}

type cachedResponse struct {
	etag string
	body []byte
}

func (c *etagCache) get(key string) (cachedResponse, bool) {
	c.mu.Lock()
	defer c.mu.Unlock()
	response, found := c.responses[key]
	return response, found
}

func (c *etagCache) put(key string, response cachedResponse) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.responses == nil {
		c.responses = map[string]cachedResponse{}
	}
	c.oldest = append(slices.DeleteFunc(c.oldest, func(k string) bool { return k == key }), key)
	c.responses[key] = response
	if len(c.oldest) > etagKept {
		delete(c.responses, c.oldest[0])
		c.oldest = c.oldest[1:]
	}
}

// clear empties the cache, so that the next user does not receive the previous user's lists.
func (c *etagCache) clear() {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.responses, c.oldest = nil, nil
}
