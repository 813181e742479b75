package rest

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"
)

// isJSON reports whether a body of this media type is JSON: the three names
// that Rails knows, and every type that ends in +json.
func isJSON(media string) bool {
	switch media {
	case "application/json", "text/x-json", "application/jsonrequest":
		return true
	}
	return strings.HasSuffix(media, "+json")
}

// parseJSON reads a JSON body. The members of an object are the parameters;
// of a name given twice the last one counts, and brackets in a name mean
// nothing. Any other value has no parameters (Rails keeps it as `_json`, which
// nothing here reads). Broken JSON, JSON that is not UTF-8, more than maxParams
// members and JSON nested deeper than 10,000 levels are unparseable.
func parseJSON(body []byte) (fields, error) {
	if !utf8.Valid(body) {
		return nil, fmt.Errorf("%w: JSON: not UTF-8", errUnparseable)
	}
	if first := bytes.TrimLeft(body, " \t\r\n"); !bytes.HasPrefix(first, []byte("{")) {
		if !json.Valid(body) {
			return nil, fmt.Errorf("%w: broken JSON", errUnparseable)
		}
		return nil, nil
	}
	all := fields{}
	if err := all.addMembers(json.NewDecoder(bytes.NewReader(body))); err != nil {
		return nil, fmt.Errorf("%w: JSON: %v", errUnparseable, err)
	}
	return all, nil
}

// addMembers puts the members of the one object that d has to read. It goes by
// tokens, so that an object of too many costs no more than one of maxParams.
func (f fields) addMembers(d *json.Decoder) error {
	if _, err := d.Token(); err != nil { // the opening brace
		return err
	}
	for n := 0; d.More(); n++ {
		if n == maxParams {
			return fmt.Errorf("over %d members", maxParams)
		}
		name, err := d.Token()
		if err != nil {
			return err
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return err
		}
		if f[name.(string)], err = jsonParam(value); err != nil {
			return err
		}
	}
	if _, err := d.Token(); err != nil { // the closing brace
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("more after the object")
	}
	return nil
}

// jsonParam turns one value, known to be valid JSON, into a parameter.
func jsonParam(value []byte) (param, error) {
	switch value[0] {
	case 'n':
		return param{}, nil
	case 't', 'f':
		return param{kind: kindBoolean, value: string(value)}, nil
	case '[':
		return param{kind: kindList, filled: holdsValue(value)}, nil
	case '{':
		return param{kind: kindHash, filled: len(bytes.Trim(value, "{} \t\r\n")) > 0}, nil
	case '"':
		var text string
		if err := json.Unmarshal(value, &text); err != nil {
			return param{}, err
		}
		return param{kind: kindText, value: text}, nil
	default:
		return param{kind: kindNumber, value: string(value)}, nil
	}
}

// holdsValue reports whether a valid JSON list has an element that is not null;
// Rails takes the nulls out.
func holdsValue(list []byte) bool {
	rest := list[1 : len(list)-1]
	for {
		rest = bytes.TrimLeft(rest, ", \t\r\n")
		after, isNull := bytes.CutPrefix(rest, []byte("null"))
		if !isNull {
			return len(rest) > 0
		}
		rest = after
	}
}
