package search

import "strings"

// What things are called is composed of these words, so that a small vocabulary
// has all names and a name that was never seen is made of words that were.
var (
	firstNames = strings.Fields(`Ada Aldo Bela Boris Cleo Cyril Dalia Dario Edda Emil Fanny Felix Greta Gustav Hana Hugo Ilse Ivan
		Jana Joris Katja Klaus Lena Leo Mira Milo Nadia Nils Olga Oskar Petra Pavel Quinn Rosa Rufus Selma Simon Tilda
		Theo Ulla Umberto Vera Viktor Wanda Willem Xenia Yara Zeno`)
	lastNames = strings.Fields(`Abel Adler Aster Bailey Barlow Becker Belmont Bristow Calder Carver Castell Cobham Corbin Dahl
		Darrow Delgado Denholm Doran Draper Ekman Ellery Emerson Fabri Falk Farrow Fenner Finch Galloway Garner Gibson
		Grimaldi Hagen Halden Harper Haskell Holt Ibsen Ingram Irving Jansen Jarvis Joyner Kaplan Keller Kendrick Kovac
		Lambert Larkin Lindgren Lorenz Madden Marlow Mercer Moreau Nash Nielsen Norden Novak Oakley Olsen Orsini Osborne
		Palmer Parrish Pereira Prescott Quigley Ramsey Redford Rossi Rowan Sadler Santos Sawyer Sorensen Tanner Tavares
		Thorne Tolliver Underhill Ural Valdez Vance Vaughn Verne Wagner Walsh Weller Whitlock Winslow Yardley Yates
		Yorke Zander Zeller Zimmer`)

	cityStarts = strings.Fields(`Amber Black Bran Cor Dun East Fair Gran Hal Kel Lin Mar Nor Os Pel Quar Ros Sel Tor Ul Vel Wes Yar Zel`)
	cityEnds   = strings.Fields(`moor bridge ford haven burg mouth stead wick dale port field gate`)
	countries  = strings.Fields(`Arvenia Borduria Calandra Dravia Estoria Feldland Gerania Hestia Istaria Jurania Kaldonia Lomaria
		Mordavia Nivonia Orlandia Pelagia Rovinia Sylvania Tarkonia Ventria`)
	rivers = strings.Fields(`Alder Ambly Arrow Bever Brisk Cray Dove Dunn Eder Esker Fallow Fyne Garn Glimmer Hollin Humber
		Inny Ister Jarrow Kell Lark Loire Lune Mersey Nadder Nith Orrin Ouse Parrett Quill Rother Severn Skell Swale
		Tamar Teith Usk Vire Wharfe Yarrow`)

	materials = strings.Fields(`Amethyst Brass Bronze Cedar Cobalt Copper Coral Crystal Ebony Flint Granite Indigo Ivory Jade Marble
		Nickel Onyx Opal Sapphire Velvet`)
	objects = strings.Fields(`Anchor Anvil Arch Badger Beacon Bell Compass Crane Falcon Feather Hammer Heron Key Lantern Otter Pilot
		Rocket Shield Spindle Wheel`)
	companyKinds = strings.Fields(`Works Group Lines Labs Press`)
	industries   = strings.Fields(`steel paper energy shipping clothing software toy furniture railway glass chemical food`)

	moods = strings.Fields(`Broken Burning Distant Empty Endless Faithful Final Forgotten Frozen Gentle Hidden Hollow Lonely Lost
		Midnight Quiet Restless Scarlet Secret Silent Stolen Sudden Velveteen Wandering`)
	scenes = strings.Fields(`Affair Bargain Bride Circus Corridor Detective Dinner Escape Guest Harbour Hotel Island Journey Letter
		Mirror Orchestra Passenger Promise Reunion Station Stranger Summer Teacher Witness`)
	tales = strings.Fields(`Ballad Book Chronicle Daughters Dreams Echoes Fables Gardens Ghosts Hunters Keepers Letters Maps Memoirs
		Notes Prayers Riddles Shadows Songs Sons Stories Tales Thieves Voices`)
	themes = strings.Fields(`Autumn Bread Clouds Courage Dust Ember Fire Frost Honey Ink Justice Lightning Mercy Mist Moonlight Rain
		Salt Sand Silk Smoke Snow Thunder Time Wine`)

	arts    = strings.Fields(`Carpet Clock Coin Doll Garden Map Mask Photo Piano Sculpture Stamp Train`)
	manners = strings.Fields(`Central Civic Grand Heritage Imperial Little Modern National Old People Royal Young`)
	seasons = strings.Fields(`Spring Winter Easter Harvest Solstice Lakeside Hilltop Riverside Sunset Sunrise`)
	shows   = strings.Fields(`Jazz Puppet Kite Chess Dance Poetry Lantern Boat Flower Cheese`)

	trades = strings.Fields(`painter chemist engineer singer pilot judge teacher baker sailor architect banker surgeon`)
)
