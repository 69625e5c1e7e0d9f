# Samples to a table; see tests/bench/bench for what they look like.

# The median of the COUNT figures in LIST, which ends up sorted.
function median(list, count,    i, k, v)
{
	for (i = 2; i <= count; i++) {
		v = list[i]
		for (k = i - 1; k >= 1 && list[k] > v; k--)
			list[k + 1] = list[k]
		list[k + 1] = v
	}
	if (count % 2)
		return list[(count + 1) / 2]
	return (list[count / 2] + list[count / 2 + 1]) / 2
}

# Three digits that matter.
function short(x)
{
	if (x >= 100)
		return sprintf("%.0f", x)
	if (x >= 10)
		return sprintf("%.1f", x)
	if (x >= 1)
		return sprintf("%.2f", x)
	return sprintf("%.3f", x)
}

function spread(list, count)
{
	return count > 1 ? short(list[1]) "-" short(list[count]) : ""
}

function end_shape(    our, peer, ratio, met, goal)
{
	if (shape == "")
		return
	if (ours_count == 0) {
		notes = notes shape ": no figure\n"
		shape = ""
		return
	}
	our = median(ours, ours_count)
	peer = peer_count ? median(peers, peer_count) : 0
	ratio = peer_count && our > 0 ? peer / our : 0
	if (goal_kind == "ratio") {
		met = ratio >= goal_value
		goal = ">= " goal_value "x"
	} else if (goal_kind == "report") {
		met = 1
		goal = "none"
	} else {
		met = our <= goal_value
		goal = "<= " goal_value " " unit
	}
	printf "%-26s %10s %-15s %10s %-15s %6s  %-10s %s\n", shape,
		short(our) " " unit, spread(ours, ours_count),
		peer_count ? short(peer) " " unit : "-",
		peer_count ? spread(peers, peer_count) : "",
		peer_count ? short(ratio) : "-", goal, met ? "met" : "SHORT"
	if (peer_count && peer_name != "")
		legend = legend sprintf("  %-26s %s\n", shape, peer_name)
	if (tsv != "")
		printf "%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n", shape, short(our),
			unit, peer_count ? peer_name : "-",
			peer_count ? short(peer) : "-",
			peer_count ? short(ratio) : "-", goal,
			met ? "met" : "short" >tsv
	shape = ""
}

BEGIN {
	printf "%-26s %10s %-15s %10s %-15s %6s  %-10s\n", "shape", "ours",
		"(least-most)", "peer", "(least-most)", "ratio", "goal"
}

$1 == "shape" {
	end_shape()
	shape = $2
	unit = $3
	ours_count = peer_count = 0
	peer_name = goal_kind = ""
}
$1 == "peer" { peer_name = $0; sub(/^peer /, "", peer_name) }
$1 == "goal" { goal_kind = $2; goal_value = $3 }
$1 == "ours" { ours[++ours_count] = $2 + 0 }
$1 == "peer:" { peers[++peer_count] = $2 + 0 }
$1 == "note" { sub(/^note /, ""); notes = notes $0 "\n" }

END {
	end_shape()
	if (legend != "")
		printf "\npeers:\n%s", legend
	if (notes != "")
		printf "\n%s", notes
	printf "\nmedians of %d runs or more; %s\n", reps, \
		"ours and the peer's were taken in turn"
}
