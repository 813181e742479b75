package walk

import (
	"time"

	"github.com/usherhq/usher/adapters/circle/circletest"
	"github.com/usherhq/usher/adapters/discord/discordtest"
)

// What services do instead of what they are asked.
var (
	circleFaults = []struct {
		name  string
		reply circletest.Reply
	}{
		{"circle 500", circletest.ServerError()},
		{"circle 502", circletest.BadGateway()},
		{"circle 429", circletest.TooMany()},
		{"circle 429 with a time", circletest.TooManyFor(7 * time.Second)},
		{"circle 429 for all", circletest.TooManyPage()},
		{"circle not reached", circletest.NotReached()},
		{"circle answer lost", circletest.ReplyLost()},
		{"circle broken answer", circletest.BrokenJSON()},
	}
	discordFaults = []discordtest.Kind{
		discordtest.ServerError, discordtest.BadGateway, discordtest.Overloaded, discordtest.Limited, discordtest.LimitedShared,
		discordtest.LimitedGlobally, discordtest.LimitedHTML, discordtest.Closed, discordtest.Lost, discordtest.BrokenJSON,
	}
)

func (w *world) circleFails() bool {
	f := circleFaults[w.upTo("fault", len(circleFaults)-1)]
	n := 1 + w.upTo("times", 3)
	w.s.circle.Fail(n, f.reply)
	w.tell("%s, %d times", f.name, n)
	w.seen.did(f.name)
	return true
}

func (w *world) discordFails() bool {
	f := discordFaults[w.upTo("fault", len(discordFaults)-1)]
	n := 1 + w.upTo("times", 3)
	w.s.discord.Fail(discordtest.Fault{Kind: f, Times: n})
	w.tell("discord %s, %d times", f, n)
	w.seen.did("discord " + string(f))
	return true
}

// dies has the process die in one of the next things that it does.
func (w *world) dies() bool {
	w.life.mu.Lock()
	defer w.life.mu.Unlock()
	w.life.left, w.life.after = w.upTo("things", 14), w.oneIn("after", 2)
	w.tell("the process will die after %d things, the last one done %v", w.life.left, w.life.after)
	return true
}
