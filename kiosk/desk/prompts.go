package desk

import "hexiao/kiosk"

// Prompt names a spoken sentence, which package assets has in every language.
type Prompt string

// The prompts. Each says what a customer should do now, for those who do not
// read the screen; none says anything about a customer.
const (
	PromptShow       Prompt = "show-code"    // show the code
	PromptShelf      Prompt = "shelf"        // collected: go to the shelf on the screen
	PromptWait       Prompt = "wait-leader"  // the leader comes and confirms
	PromptOne        Prompt = "one-code"     // several codes in view: show one
	PromptAlready    Prompt = "already"      // already collected
	PromptNotArrived Prompt = "not-arrived"  // the goods are not here yet
	PromptNotFound   Prompt = "not-found"    // no such order here: ask the leader
	PromptAsk        Prompt = "ask-leader"   // any other refusal: ask the leader
	PromptLater      Prompt = "a-moment"     // busy: wait a moment
	PromptThanks     Prompt = "thanks"       // for a rating
	PromptClosed     Prompt = "out-of-order" // the terminal cannot record
)

// Prompts lists them all.
func Prompts() []Prompt {
	return []Prompt{
		PromptShow, PromptShelf, PromptWait, PromptOne, PromptAlready, PromptNotArrived, PromptNotFound, PromptAsk,
		PromptLater, PromptThanks, PromptClosed,
	}
}

// promptFor is what is said with an answer. The screen has the reason of every
// refusal; the voice has one only where it is a matter of course.
func promptFor(a Answer) Prompt {
	switch {
	case a.Verdict == kiosk.Accepted, a.Verdict == kiosk.Provisional:
		return PromptShelf
	case a.Verdict.ForLeader():
		return PromptWait
	case a.Several:
		return PromptOne
	}
	switch a.Verdict {
	case kiosk.AlreadyCollected:
		return PromptAlready
	case kiosk.NotArrived:
		return PromptNotArrived
	case kiosk.Unknown, kiosk.UnknownStale, kiosk.Malformed:
		return PromptNotFound
	case kiosk.Busy:
		return PromptLater
	case kiosk.OutOfOrder:
		return PromptClosed
	}
	return PromptAsk
}
