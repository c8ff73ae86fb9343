package shellbox_test

import (
	"strings"
	"testing"

	"github.com/turngym/turngym/tools/shellbox"
)

// prepared is a small tree that tests run commands on.
func prepared(t testing.TB) *shellbox.Image {
	t.Helper()
	f := shellbox.NewFS()
	for _, file := range [][2]string{
		{"/home/user/app.log", "INFO start\nERROR disk full\nINFO run\nERROR net down\nWARN slow\n"},
		{"/home/user/data.csv", "name,age,city\nada,36,london\nbob,25,paris\ncyd,25,rome\n"},
		{"/home/user/dir/a.txt", "alpha\nbeta\n"},
		{"/home/user/dir/b.txt", "beta\ngamma\n"},
		{"/home/user/num.txt", "10\n9\n2\n10\n"},
		{"/home/user/config.ini", "[server]\nport=80\nhost=localhost\n"},
	} {
		if err := f.MkdirAll(file[0][:strings.LastIndexByte(file[0], '/')], 0o755); err != nil {
			t.Fatal(err)
		}
		if err := f.WriteFile(file[0], []byte(file[1]), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return f.Freeze()
}

func TestCommandsPrintWhatTheyShould(t *testing.T) {
	image := prepared(t)
	for _, c := range []struct{ command, want string }{
		{`pwd`, "/home/user\n"},
		{`ls`, "app.log\nconfig.ini\ndata.csv\ndir\nnum.txt\n"},
		{`ls -l dir`, "-rw-r--r-- 1 user user     11 Jun 16 12:00 a.txt\n-rw-r--r-- 1 user user     11 Jun 16 12:00 b.txt\n"},
		{`grep -c ERROR app.log > n.txt && cat n.txt`, "2\n"},
		{`grep -rn beta dir`, "dir/a.txt:2:beta\ndir/b.txt:1:beta\n"},
		{`grep -rl beta .`, "./dir/a.txt\n./dir/b.txt\n"},
		{`grep -ivE 'error|warn' app.log`, "INFO start\nINFO run\n"},
		{`grep -o '[a-z]*,2[0-9]' data.csv`, "bob,25\ncyd,25\n"},
		{`grep -w 10 num.txt | wc -l`, "2\n"},
		{`grep nothing app.log; echo $?`, "1\n"},
		{`grep -A1 disk app.log`, "ERROR disk full\nINFO run\n"},
		{`sort -n num.txt | uniq -c | tr -s ' '`, " 1 2\n 1 9\n 2 10\n"},
		{`sort -t, -k2,2n -k1,1r data.csv | head -n 3`, "name,age,city\ncyd,25,rome\nbob,25,paris\n"},
		{`cut -d, -f1,3 data.csv | tail -n +2`, "ada,london\nbob,paris\ncyd,rome\n"},
		{`sed 's/beta/BETA/' dir/a.txt; sed -n '2p' dir/a.txt; sed '/alpha/d' dir/a.txt`, "alpha\nBETA\nbeta\nbeta\n"},
		{`sed -i 's/port=80/port=8080/' config.ini; cat config.ini`, "[server]\nport=8080\nhost=localhost\n"},
		{`sed -E 's/([a-z]+),([0-9]+)/\2-\1/' data.csv | tail -1`, "25-cyd,rome\n"},
		{`sed -n '/server/,/port/p' config.ini; sed '$d' num.txt | tail -1; sed '2a new' dir/a.txt`, "[server]\nport=80\n2\nalpha\nbeta\nnew\n"},
		{`for f in dir/*.txt; do echo "$f $(wc -l < $f)"; done`, "dir/a.txt 2\ndir/b.txt 2\n"},
		{`i=0; while [ $i -lt 3 ]; do i=$((i+1)); [ $i = 2 ] && continue; echo $i; done`, "1\n3\n"},
		{`while IFS=, read -r n a c; do echo "$c:$n"; done < data.csv | tail -2`, "paris:bob\nrome:cyd\n"},
		{`f() { local x=1; echo "$1$x"; return 3; }; f a; echo $?`, "a1\n3\n"},
		{`case abc in a*) echo yes;; *) echo no;; esac`, "yes\n"},
		{`cat <<EOF
$HOME
EOF`, "/home/user\n"},
		{`find . -name '*.txt' | sort`, "./dir/a.txt\n./dir/b.txt\n./num.txt\n"},
		{`find . -type d; find dir -type f -size +1k; find . -name '*.txt' -exec wc -l {} \; | head -1`, ".\n./dir\n2 ./dir/a.txt\n"},
		{`find . -name '*.txt' | xargs grep -l gamma`, "./dir/b.txt\n"},
		{`mkdir -p x/y && touch x/y/z && mv x/y/z x && rmdir x/y && ls -R x`, "x:\nz\n"},
		{`cp -r dir copy && rm dir/a.txt && ls copy dir`, "copy:\na.txt\nb.txt\n\ndir:\nb.txt\n"},
		{`chmod 600 num.txt; stat -c %a num.txt; chmod u+x,g=r num.txt; stat -c '%a %A' num.txt`, "600\n740 -rwxr-----\n"},
		{`chmod 000 num.txt; cat num.txt`, "cat: num.txt: Permission denied\n"},
		{`ln -s num.txt l; readlink l; cat l | head -1; ls -l l | cut -d' ' -f1`, "num.txt\n10\nlrwxrwxrwx\n"},
		{`tar czf t.tgz dir && rm -r dir && tar xzf t.tgz && cat dir/a.txt && tar tf t.tgz`, "alpha\nbeta\ndir/\ndir/a.txt\ndir/b.txt\n"},
		{`gzip num.txt; ls num*; gunzip num.txt.gz; cat num.txt | head -1`, "num.txt.gz\n10\n"},
		{`echo -n abc | sha256sum; echo abc | md5sum`, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad  -\n0bee89b07a248e27c83fc3d5951213c1  -\n"},
		{`sha256sum num.txt > s; sha256sum -c s; echo x >> num.txt; sha256sum -c s`, "num.txt: OK\nnum.txt: FAILED\nsha256sum: WARNING: 1 computed checksum did NOT match\n"},
		{`echo hello | base64; echo aGVsbG8K | base64 -d`, "aGVsbG8K\nhello\n"},
		{`diff dir/a.txt dir/b.txt`, "1d0\n< alpha\n2a2\n> gamma\n"},
		{`comm -12 dir/a.txt dir/b.txt; paste -d: dir/a.txt dir/b.txt; join dir/a.txt dir/b.txt`, "beta\nalpha:beta\nbeta:gamma\nbeta\n"},
		{`seq 3 | paste -sd+; seq 1 2 5 | tac | tr '\n' ' '`, "1+2+3\n5 3 1 "},
		{`printf '%05d|%-4s|%.2f\n' 42 ab 3.14159; printf '%s-' a b c`, "00042|ab  |3.14\na-b-c-"},
		{`echo 'echo hi $1' > s.sh; ./s.sh x; chmod +x s.sh; ./s.sh x; sh s.sh y`, "sh: ./s.sh: Permission denied\nhi x\nhi y\n"},
		{`date +%F; date -d '2024-02-28 12:00' '+%d %H'`, "2025-06-16\n28 12\n"},
		{`a=(x y z); echo ${a[1]} ${#a[@]} ${a[@]:1}; s=hello; echo ${s^^} ${s:1:3} ${s/l/L} ${s%lo}`, "y 3 y z\nHELLO ell heLlo hel\n"},
		{`set -e; false; echo not`, ""},
		{`nope`, "sh: nope: command not found\n"},
		{`echo $((7/2)) $((2**10)); test -f num.txt && echo f; [[ abc == a* && -d dir ]] && echo d`, "3 1024\nf\nd\n"},
		{`cat nothing 2>/dev/null || echo missing; cat nothing > out 2>&1; cat out`, "missing\ncat: nothing: No such file or directory\n"},
		{`yes | head -2`, "y\ny\n"},
		{`command -v ls; type cd; which grep`, "/usr/bin/ls\ncd is a shell builtin\n/usr/bin/grep\n"},
		{`env | grep HOME; X=1 sh -c 'echo $X'; echo "[$X]"`, "HOME=/home/user\n1\n[]\n"},
		{`du -b dir; du -sh .`, "22\tdir\n178\t.\n"},
		{`wc app.log; wc -l < app.log; wc -w app.log dir/a.txt`, " 5 12 61 app.log\n5\n12 app.log\n 2 dir/a.txt\n14 total\n"},
		{`echo a b c | rev; echo 'x y' | nl; tr a-z A-Z < dir/a.txt; tr -d '\n' < dir/a.txt`, "c b a\n     1\tx y\nALPHA\nBETA\nalphabeta"},
		{`split -l 1 dir/a.txt p_; ls p_*; cat p_ab`, "p_aa\np_ab\nbeta\n"},
		{`echo hi | tee a b; cat a b`, "hi\nhi\nhi\n"},
		{`awk -F, 'NR>1 {print $1, $3}' data.csv`, "ada london\nbob paris\ncyd rome\n"},
		{`awk -F, 'NR>1 {s+=$2} END {print s, s/3; printf "%.1f %d\n", s/3, s/3}' data.csv`, "86 28.6667\n28.7 28\n"},
		{`awk '{c[$1]++} END {for (k in c) print k, c[k]}' app.log`, "INFO 2\nERROR 2\nWARN 1\n"},
		{`awk '/ERROR/ {n++; sub(/ERROR/, "E"); print NR ": " $0} END {print n}' app.log`, "2: E disk full\n4: E net down\n2\n"},
		{`awk 'BEGIN {OFS="-"; x = "a b c"; n = split(x, p, " "); for (i = n; i > 0; i--) printf "%s%s", p[i], (i > 1 ? "," : "\n")} $1 > 5 && $1 != 9 {$2 = "x"; print}' num.txt`, "c,b,a\n10-x\n10-x\n"},
		{`awk '{print length($0), toupper(substr($1, 1, 2)) > "out"}' dir/a.txt; cat out`, "5 AL\n4 BE\n"},
		{`awk 'NF == 3 && $2 ~ /^d/ {print $NF}' app.log; awk '$1 == "WARN"' app.log; awk -v n=2 'NR == n {print; exit}' num.txt`, "full\nWARN slow\n9\n"},
		{`awk '{ if ($1 >= 10) big++; else { small += $1 } } END { print big/2 " " small; while (i < 2) i++; print i }' num.txt`, "1 11\n2\n"},
		{`awk 'length > 9' app.log | wc -l; sed '1~2d' num.txt; seq -s, 3; tar cf t.tar dir; tar xf t.tar nope; shopt -s nullglob; echo *.zip`, "3\n9\n10\n1,2,3\ntar: nope: Not found in archive\n\n"},
		{`awk '/alpha/,/beta/' dir/a.txt; awk '!seen[$0]++' num.txt; awk 'BEGIN { system("ls") }'`, "alpha\nbeta\n10\n9\n2\nawk: system is not supported\n"},
		{`cd dir; pwd; cd -; cd nowhere`, "/home/user/dir\n/home/user\ncd: nowhere: No such file or directory\n"},
	} {
		got, _, err := shellbox.New(image.FS(), "/home/user").Run(t.Context(), c.command)
		if err != nil || got != c.want {
			t.Errorf("%s\nprints %q (%v)\nwant   %q", c.command, got, err, c.want)
		}
	}
}
