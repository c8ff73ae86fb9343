package browser

import (
	"html"
	"strings"
	"unicode"
	"unicode/utf8"
)

// reference reads what begins with & and gives what it stands for; without a
// known name and a semicolon it stands for itself.
func (p *htmlParser) reference() string {
	p.at++
	if p.cur() == '#' {
		return p.number()
	}
	begin := p.at
	for p.at < len(p.in) {
		r, n := utf8.DecodeRuneInString(p.in[p.at:])
		if !unicode.IsLetter(r) && r != '_' && r != ':' && (p.at == begin || !unicode.In(r, unicode.Nd, unicode.M) && r != '-' && r != '.') {
			break
		}
		p.at += n
	}
	name := p.in[begin:p.at]
	if p.cur() != ';' || !strings.Contains(entities, " "+name+" ") {
		return "&" + name
	}
	p.at++
	switch name {
	case "lang": // HTML 4 has other brackets than the standard
		return "\u2329"
	case "rang":
		return "\u232a"
	}
	return html.UnescapeString("&" + name + ";")
}

// number reads a reference by number, from its #.
func (p *htmlParser) number() string {
	p.at++
	base, v := 10, 0
	if p.cur()|0x20 == 'x' {
		base = 16
		p.at++
	}
	for {
		d := strings.IndexByte("0123456789abcdef", p.cur()|0x20)
		if c := p.cur(); c >= '0' && c <= '9' {
			d = int(c - '0')
		}
		if d < 0 || d >= base {
			break
		}
		v = min(v*base+d, 0x110000)
		p.at++
	}
	if p.cur() == ';' {
		p.at++
	}
	if v == 0 || v >= 0x110000 || v >= 0xd800 && v < 0xe000 {
		return ""
	}
	return legal(string(rune(v)))
}

// legal leaves out what XML has no character for.
func legal(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xfffe || r == 0xffff {
			return -1
		}
		return r
	}, s)
}

// entities are the names of HTML 4 (html40EntitiesTable), each between spaces.
const entities = " " +
	"quot amp apos lt gt nbsp iexcl cent pound curren yen brvbar sect uml copy ordf laquo not shy reg macr deg plusmn sup2 " +
	"sup3 acute micro para middot cedil sup1 ordm raquo frac14 frac12 frac34 iquest Agrave Aacute Acirc Atilde Auml Aring " +
	"AElig Ccedil Egrave Eacute Ecirc Euml Igrave Iacute Icirc Iuml ETH Ntilde Ograve Oacute Ocirc Otilde Ouml times Oslash " +
	"Ugrave Uacute Ucirc Uuml Yacute THORN szlig agrave aacute acirc atilde auml aring aelig ccedil egrave eacute ecirc euml " +
	"igrave iacute icirc iuml eth ntilde ograve oacute ocirc otilde ouml divide oslash ugrave uacute ucirc uuml yacute thorn " +
	"yuml OElig oelig Scaron scaron Yuml fnof circ tilde Alpha Beta Gamma Delta Epsilon Zeta Eta Theta Iota Kappa Lambda Mu " +
	"Nu Xi Omicron Pi Rho Sigma Tau Upsilon Phi Chi Psi Omega alpha beta gamma delta epsilon zeta eta theta iota kappa lambda " +
	"mu nu xi omicron pi rho sigmaf sigma tau upsilon phi chi psi omega thetasym upsih piv ensp emsp thinsp zwnj zwj lrm rlm " +
	"ndash mdash lsquo rsquo sbquo ldquo rdquo bdquo dagger Dagger bull hellip permil prime Prime lsaquo rsaquo oline frasl " +
	"euro image weierp real trade alefsym larr uarr rarr darr harr crarr lArr uArr rArr dArr hArr forall part exist empty " +
	"nabla isin notin ni prod sum minus lowast radic prop infin ang and or cap cup int there4 sim cong asymp ne equiv le ge " +
	"sub sup nsub sube supe oplus otimes perp sdot lceil rceil lfloor rfloor lang rang loz spades clubs hearts diams "
