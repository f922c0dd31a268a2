#!/usr/bin/env bash
# Shows the main job: one friend list, one history and one read state on the devices of one person, and a friend with a
# stock Tox client who notices nothing.
#
# Installs what is missing, builds release, and runs everything on 127.0.0.1 in a temporary folder: its own bootstrap
# node, three devices (laptop, server and, later, phone), a friend who is plain toxcore, and one with two devices. It stops with an error at the first thing that
# is not as it should be, and leaves nothing behind.
set -euo pipefail
cd "$(dirname "$0")/.."

scripts/setup.sh
echo "building (the first time takes some minutes) …"
build_log=$(mktemp)
if ! { { [ -f build/release/build.ninja ] || cmake --preset release; } &&
       cmake --build --preset release --target toxtored toxtore stock_friend bootstrap_node; } >"$build_log" 2>&1; then
  tail -n 40 "$build_log" >&2
  exit 1
fi
rm -f "$build_log"

bin=$PWD/build/release/bin
dir=$(mktemp -d)
chmod 700 "$dir"
pids=()

clean_up() {
  local status=$?
  if [ "$status" -ne 0 ]; then
    echo
    echo "demo: FAILED. What the programs said last:" >&2
    tail -n 15 "$dir"/*.log >&2 || true
  fi
  for pid in "${pids[@]}"; do kill "$pid" 2>/dev/null || true; done
  for pid in "${pids[@]}"; do wait "$pid" 2>/dev/null || true; done
  rm -rf "$dir"
}
trap clean_up EXIT
trap 'exit 130' INT TERM

# --- Showing.

if [ -t 1 ]; then bold=$(tput bold || true); plain=$(tput sgr0 || true); else bold=; plain=; fi
step_number=0
step() { step_number=$((step_number + 1)); printf '\n%s%d. %s%s\n' "$bold" "$step_number" "$*" "$plain"; }
say() { printf '   %s\n' "$*"; }
shown() { sed "s/^/   | /"; }
die() { echo "demo: $*" >&2; exit 1; }

# Waits until a command succeeds; it is tried five times a second.
wait_for() {  # what, seconds, command...
  local what=$1 tries=$(($2 * 5))
  shift 2
  until "$@" >/dev/null 2>&1; do
    tries=$((tries - 1))
    if [ "$tries" -le 0 ]; then die "this did not happen in time: $what"; fi
    sleep 0.2
  done
}

same() {  # what, expected, actual
  [ "$2" = "$3" ] || die "$1: expected '$2', got '$3'"
}

# --- The programs.

laptop() { "$bin/toxtore" --socket "$dir/laptop.sock" "$@"; }
server() { "$bin/toxtore" --socket "$dir/server.sock" "$@"; }
phone() { "$bin/toxtore" --socket "$dir/phone.sock" "$@"; }
cell() { "$bin/toxtore" --socket "$dir/cell.sock" "$@"; }
tablet() { "$bin/toxtore" --socket "$dir/tablet.sock" "$@"; }
json() { "$1" --json "${@:2}"; }  # device, command...

start_device() {  # name, further options...
  "$bin/toxtored" --profile "$1" --data-dir "$dir/data" --state-file "$dir/$1.last" --socket "$dir/$1.sock" --nodes "$dir/nodes.json" \
    --no-local-discovery --no-ipv6 --device-name "$1" --name "${owner:-Alice}" "${@:2}" \
    >>"$dir/$1.log" 2>&1 </dev/null &
  pids+=($!)
  printf -v "$1_pid" %s "$!"
  wait_for "$1 starts" 20 json "$1" status
}

stop_device() {  # name
  local pid=$1_pid
  kill "${!pid}"
  wait "${!pid}" || die "$1 did not stop cleanly"
}

start_bob() {
  "$bin/stock_friend" --bootstrap "$host:$port:$node_key" --savedata "$dir/bob.tox" --name Bob <&8 >>"$dir/bob.log" 2>&1 &
  bob_pid=$!
  pids+=("$bob_pid")
}
stop_bob() { friend quit; wait "$bob_pid" || die "Bob's client did not stop cleanly"; }
friend() { echo "$*" >&8; }                                            # a command to the friend's client
friend_saw() { grep -Fxq -- "$*" "$dir/bob.log"; }                       # a line that it printed
tox_id() { json "$1" id | jq -r .tox_id; }
key() { json "$1" id | jq -r .key; }
is() { [ "$(json "$1" "${@:4}" | jq -r "$2")" = "$3" ]; }               # device, jq filter, value, command...
messages() { json "$1" history "$bob" --limit 100 | jq -c '.messages'; }

# Links a new device by an invitation.
link_devices() {  # new device, device that invites
  local joins=$1 invites=$2 code
  say "\$ toxtore device invite                             (on the $invites)"
  json "$invites" device invite >"$dir/invitation.json"
  say "$(jq -r .uri "$dir/invitation.json")"
  say "\$ toxtore device join -                             (on the $joins, which is given the URI)"
  jq -r .uri "$dir/invitation.json" | json "$joins" device join - --no-wait >/dev/null
  rm "$dir/invitation.json"
  say "  (first connections take toxcore some ten seconds)"
  wait_for "the code is there" 60 code_of "$joins"
  wait_for "the code is there" 20 code_of "$invites"
  code=$(code_of "$joins")
  say "the $joins shows the code $code, the $invites shows $(code_of "$invites")"
  same "the code on the $invites" "$code" "$(code_of "$invites")"
  say "\$ toxtore device accept <$joins> $code             (on the $invites)"
  "$invites" device accept "$(key "$joins")" "$code" >/dev/null
  wait_for "the $joins is linked" 20 is "$joins" '.devices | length > 1' true device list
}
code_of() { json "$1" device requests | jq -er '.requests[0].code'; }

# ---

step "A bootstrap node, two devices of Alice (laptop, server), and Bob, who uses a stock client"
mkfifo "$dir/node.in" "$dir/bob.in"
exec 7<>"$dir/node.in" 8<>"$dir/bob.in"
"$bin/bootstrap_node" --nodes-json "$dir/nodes.json" <&7 >"$dir/node.log" 2>&1 &
pids+=($!)
wait_for "the bootstrap node starts" 10 grep -q '^node ' "$dir/node.log"
read -r _ host port tcp_port node_key < <(grep '^node ' "$dir/node.log")
start_device laptop
start_device server --always-on yes
start_bob
friend id
wait_for "Bob starts" 10 grep -q '^id ' "$dir/bob.log"
bob_id=$(sed -n 's/^id //p' "$dir/bob.log" | head -n 1)
bob=${bob_id:0:64}
server_key=$(key server)
say "laptop  $(tox_id laptop)"
say "server  $(tox_id server)"
say "Bob     $bob_id"

step "Link: the laptop invites the server, and both show the same code"
link_devices server laptop
wait_for "the laptop lists both devices" 20 is laptop '[.devices[] | select(.connection == "udp" or .self)] | length' 2 device list
wait_for "the server lists both devices" 20 is server '.devices | length' 2 device list
wait_for "the laptop knows the server's Tox ID" 20 is laptop '.hand_out' "$(tox_id server)" id
laptop device list | shown

step "Bob adds the server, the Tox ID that Alice hands out; she accepts there, and the laptop has him too"
say "$(json laptop id | jq -r .why)"
friend add "$(tox_id server)" "Hi Alice, it is Bob"
wait_for "Bob's request reaches the server" 60 is server '.requests[0].key' "$bob" friend requests
server friend requests | shown
server friend accept "$bob" >/dev/null
wait_for "Bob is connected" 60 friend_saw "friend $server_key online"
wait_for "the laptop has Bob by name" 20 is laptop '.friends[] | select(.key == "'"$bob"'") | .name' Bob friend list
say "on the laptop:"
laptop friend list | shown

step "The laptop is off; Bob writes"
stop_device laptop
friend send "$server_key" "Are you there? I have found the lost marmalade recipe."
friend send "$server_key" "It wants more oranges than we thought."
has_messages() { [ "$(json "$1" history "$bob" | jq '.messages | length')" -ge "$2" ]; }
wait_for "the server has both messages" 20 has_messages server 2
say "on the server:"
server history "$bob" | shown

step "The laptop comes back and has them, unread"
start_device laptop
wait_for "the laptop has both messages" 60 has_messages laptop 2
same "unread on the laptop" 2 "$(json laptop friend list | jq '.friends[] | select(.key == "'"$bob"'") | .unread')"
laptop friend list | shown

step "Read on the laptop, read on the server"
laptop read Bob | shown
wait_for "it is read on the server" 20 is server '.friends[] | select(.key == "'"$bob"'") | .unread' 0 friend list
say "unread on the server: $(json server friend list | jq '.friends[] | select(.key == "'"$bob"'") | .unread')"

step "The laptop answers; the server, the only one that Bob knows, delivers"
answer="Wonderful! Bring it on Sunday."
laptop send Bob "$answer" | shown
wait_for "Bob gets the answer" 30 friend_saw "message $server_key $answer"
delivered() { is "$1" '.messages[-1].state' delivered history "$bob"; }
wait_for "the laptop knows that it was delivered" 20 delivered laptop
wait_for "the server knows that it was delivered" 20 delivered server
same "who delivered" "$server_key" "$(messages laptop | jq -r '.[-1].device')"
same "copies that Bob has" 1 "$(grep -c '^message ' "$dir/bob.log")"
same "contacts that Bob has" "$server_key" "$(sed -nE 's/^friend ([0-9A-F]{64}) .*/\1/p' "$dir/bob.log" | sort -u)"
same "friend requests that Bob got" 0 "$(grep -c '^request ' "$dir/bob.log" || true)"
say "Bob's client shows one contact and one copy:"
grep -E '^(name|message)' "$dir/bob.log" | sed -E 's/([0-9A-F]{8})[0-9A-F]{56}/\1…/' | shown

step "Both devices show one history"
side_by_side() {  # file, file
  local left right
  while IFS=$'\t' read -r left right; do printf '%-70s  %s\n' "$left" "$right"; done < <(paste "$1" "$2")
}
{ echo "LAPTOP"; laptop history "$bob"; } >"$dir/laptop.history"
{ echo "SERVER"; server history "$bob"; } >"$dir/server.history"
side_by_side "$dir/laptop.history" "$dir/server.history" | shown
same "the server's history, row for row" "$(messages laptop)" "$(messages server)"
same "number of messages" 3 "$(messages laptop | jq length)"
say "equal, row for row, in every field"

step "Search finds a word on both"
for device in laptop server; do
  same "hits on the $device" 1 "$(json "$device" search oranges | jq '.messages | length')"
  say "$device \$ toxtore search oranges"
  "$device" search oranges | shown
done

step "Relay: a third device, the phone, is linked to the server while the laptop is off"
stop_device laptop
start_device phone
link_devices phone server
wait_for "the phone has the whole history" 60 has_messages phone 3
wait_for "the phone knows what was read and delivered" 30 is phone '.messages' "$(messages server | jq .)" history "$bob" --limit 100
say "on the phone, also what the laptop wrote, though the two have never met:"
phone history "$bob" | shown
phone_text="I am on my way, with oranges."
phone send Bob "$phone_text" >/dev/null
wait_for "Bob gets it" 60 friend_saw "message $server_key $phone_text"
wait_for "the phone knows that it was delivered" 20 delivered phone
stop_device phone
start_device laptop
wait_for "the laptop has what the phone wrote" 60 has_messages laptop 4
wait_for "the laptop knows that it was delivered" 20 delivered laptop
say "on the laptop, while the phone is off:"
laptop history "$bob" --limit 1 | shown
same "copies that Bob has" 1 "$(grep -cF -- "$phone_text" "$dir/bob.log")"

step "On behalf: Bob is away, the laptop writes and is switched off; Bob comes back"
stop_bob
bob_offline() { is "$1" '.friends[] | select(.key == "'"$bob"'") | .online' false friend list; }
for device in laptop server; do wait_for "the $device sees that Bob is away" 60 bob_offline "$device"; done
away_text="Shall I bring bread as well?"
laptop send Bob "$away_text" >/dev/null
wait_for "the server has it too" 30 has_messages server 5
say "what waits, as the server sees it:"
server outbox | shown
stop_device laptop
start_bob
wait_for "Bob gets it, though the laptop is off" 90 friend_saw "message $server_key $away_text"
wait_for "the server knows that it was delivered" 30 delivered server
start_device laptop
wait_for "the laptop knows that it was delivered" 60 delivered laptop
same "who delivered" "$server_key" "$(messages laptop | jq -r '.[-1].device')"
same "copies that Bob has" 1 "$(grep -cF -- "$away_text" "$dir/bob.log")"
say "on the laptop, when it is back:"
laptop history "$bob" --limit 1 | shown

step "Carol has Toxtore too, on two devices (cell, tablet): she is one contact, not two"
owner=Carol start_device cell
owner=Carol start_device tablet
link_devices cell tablet
say "\$ toxtore friend add <server> \"Hi, it is Carol\"     (on the cell)"
cell friend add "$(tox_id server)" "Hi, it is Carol" >/dev/null
cell_key=$(key cell)
tablet_key=$(key tablet)
wait_for "Carol's request reaches the server" 60 \
  is server '[.requests[] | select(.key == "'"$cell_key"'")] | length' 1 friend requests
say '$ toxtore friend accept <cell>                       (on the laptop, though the request came to the server)'
laptop friend accept "$cell_key" >/dev/null
both_keys=$(printf '%s\n' "$cell_key" "$tablet_key" | sort | jq -cRn '[inputs]')
carol_keys() { json "$1" friend list | jq -c '.friends[] | select(.name == "Carol") | [.keys[].key] | sort'; }
is_one_contact() { [ "$(carol_keys "$1")" = "$both_keys" ]; }
wait_for "Carol is one contact on the laptop" 60 is_one_contact laptop
wait_for "Carol is one contact on the server" 30 is_one_contact server
say "on the laptop:"
laptop friend list | shown
alice_is_one() { is tablet '[.friends[] | select(.name == "Alice")] | length' 1 friend list; }
wait_for "Alice is one contact on Carol's tablet" 60 alice_is_one
tablet_connected() { laptop --json friend list | jq -e '.friends[] | select(.name == "Carol") | .connection != "none"' >/dev/null; }
wait_for "Carol is connected" 60 tablet_connected
tablet_text="Is there marmalade left?"
tablet send Alice "$tablet_text" >/dev/null
has_carols() { [ "$(json "$1" history Carol | jq '[.messages[] | select(.text == "'"$tablet_text"'")] | length')" = 1 ]; }
for device in laptop server; do wait_for "Carol's message is on the $device, once" 60 has_carols "$device"; done
answer="Five jars."
laptop send Carol "$answer" >/dev/null
has_answer() { [ "$(json "$1" history Alice | jq '[.messages[] | select(.text == "'"$answer"'")] | length')" = 1 ]; }
for device in cell tablet; do wait_for "the answer is on Carol's $device, once" 60 has_answer "$device"; done
say "on Carol's cell, what her tablet wrote and what Alice's laptop answered:"
cell history Alice | shown

step "Everything stops cleanly"
for device in laptop server cell tablet; do stop_device "$device"; done
printf '\n%sThe demo is done: everything was as it should be.%s\n' "$bold" "$plain"
