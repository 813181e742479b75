package main

import (
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"strings"

	"github.com/usherhq/usher/adapters/gumroadcsv"
	"github.com/usherhq/usher/app"
	"github.com/usherhq/usher/domain"
)

// isCSV reports whether the file is Gumroad's CSV: its name says so, unless
// --format does.
func (i importCmd) isCSV() (bool, error) {
	csv := i.Format == "csv" || i.Format == "" && strings.EqualFold(filepath.Ext(i.File), ".csv")
	if !csv && len(i.ProductIDs) > 0 {
		return false, wrongUse("product-id", "is of a CSV; in this file every product has its id", "say --format csv if it is one")
	}
	return csv, nil
}

// ids are the ids that --product-id gives, by permalink.
func (i importCmd) ids() (map[string]domain.ProductID, error) {
	ids, of := map[string]domain.ProductID{}, map[string]string{}
	for _, pair := range i.ProductIDs {
		permalink, id, _ := strings.Cut(pair, "=")
		key := strings.ToLower(permalink)
		switch {
		case permalink == "" || id == "":
			return nil, wrongUse("product-id", fmt.Sprintf("%q is not PERMALINK=ID", pair), "such as --product-id QMGY=32-nPAicqbLj8B_WswVlMw==")
		case ids[key] != "":
			return nil, wrongUse("product-id", permalink+" is given an id twice", "")
		case of[id] != "":
			return nil, wrongUse("product-id", permalink+" is given the id of "+of[id], "each product has an id of its own")
		}
		ids[key], of[id] = domain.ProductID(id), permalink
	}
	return ids, nil
}

// salesOf makes the CSV importable for the seller to work for.
func (i importCmd) salesOf(c *call, p *app.Usher, file io.ReadSeeker, ids map[string]domain.ProductID) (app.Source, *gumroadcsv.Report, error) {
	seller, err := c.seller(p)
	if err != nil {
		return app.Source{}, nil, err
	}
	o := gumroadcsv.Options{Seller: seller.ID, Products: ids}
	for _, id := range ids {
		product, err := p.Catalog.Product(c.ctx, seller.ID, string(id))
		if errors.Is(err, domain.ErrProductNotFound) || err == nil && product.ID != id {
			continue // the file makes it
		}
		if err != nil {
			return app.Source{}, nil, err
		}
		variants, err := p.Catalog.Variants(c.ctx, seller.ID, id)
		if err != nil {
			return app.Source{}, nil, err
		}
		o.Stored = append(o.Stored, gumroadcsv.Stored{Product: product, Variants: variants})
	}
	src, found, err := gumroadcsv.Source(file, o)
	if wrong, ok := errors.AsType[*gumroadcsv.IDsError](err); ok {
		hint := ""
		if len(wrong.Missing) > 0 {
			hint = "apps send that id, and the file lacks it: add --product-id " + wrong.Missing[0] + "=ID, with the id that Gumroad shows where the license key is set up"
		}
		err = wrongUse("product-id", wrong.Error(), hint)
	}
	return src, &found, err
}

// salesView is what the import of a CSV came to.
type salesView struct {
	importView
	Rows         int      `json:"rows"`          // sales and renewals
	CustomFields []string `json:"custom_fields"` // columns that are kept as such
	Unused       []string `json:"unused"`        // columns
	Missing      []string `json:"missing"`       // columns that the file could have
}

func showSales(c *call, view importView, found gumroadcsv.Report, lines []line) {
	c.show(salesView{view, found.Rows, some(found.Custom), some(found.Unused), some(found.Missing)},
		append([]line{{"rows", fmt.Sprint(found.Rows)}}, lines...)...)
	for _, of := range []struct {
		what    string
		columns []string
	}{
		{"Kept as custom fields", found.Custom},
		{"Columns that are not used", found.Unused},
		{"Columns that the file lacks, read as empty", found.Missing},
	} {
		if len(of.columns) > 0 {
			c.hint("%s: %s.", of.what, printable(strings.Join(of.columns, ", ")))
		}
	}
}

// some returns a list that is never null.
func some(names []string) []string { return append([]string{}, names...) }
