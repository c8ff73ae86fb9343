package sites

import "strings"

// countryCities are the cities of the invented country that the sites are
// about, each with the code of its airport. They are the same in every world,
// so that a name means the same to all sites; what is in the cities is drawn.
var countryCities = func() []countryCity {
	var out []countryCity
	for pair := range strings.FieldsSeq(`Aldermouth/ALM Barrowgate/BRG Castleford/CSF Dunharrow/DNH Eastmere/ESM Farrowdale/FRD
		Glenhaven/GLH Harborough/HRB Inverleith/INV Juniper/JNP Kelstead/KLS Larkspur/LKP Millhaven/MLH Northwick/NWK Osterley/OST
		Pinecrest/PNC Queensferry/QFY Ravensworth/RVW Silverton/SLV Tidewater/TDW Underwood/UND Valebridge/VLB Westmarch/WMC Yarrowfield/YRF`) {
		name, code, _ := strings.Cut(pair, "/")
		out = append(out, countryCity{name, code})
	}
	return out
}()

type countryCity struct{ Name, Code string }
