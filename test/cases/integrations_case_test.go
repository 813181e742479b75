package cases

// outsideCase is one line of integrations.jsonl. Its fields, and those of the
// types below, are the whole vocabulary; what a field may hold is its type.
type outsideCase struct {
	ID           string        `case:"id"`
	Title        string        `case:"title"`
	Source       string        `case:"source"`
	Note         string        `case:"note"`
	Inferred     yes           `case:"inferred"`
	Priority     priority      `case:"priority"`
	Given        outsideGiven  `case:"given"`
	Events       []happening   `case:"events"`
	Calls        []wantedCall  `case:"expect_calls"`
	State        outsideState  `case:"expect_state"`
	CallOrder    callOrder     `case:"call_order"`
	Exchangeable pairs         `case:"exchangeable"`
	CallsOf      connectionRef `case:"calls_of"`
	DoneWithin   span          `case:"done_within"`
}

type outsideGiven struct {
	Now          *stamp            `case:"now"`
	Seller       sellerRef         `case:"seller"`
	Workers      int               `case:"workers"`
	Parallel     bool              `case:"parallel"`
	Connection   *givenConnection  `case:"connection"`
	Connections  []givenOfSeveral  `case:"connections"`
	Attachments  []givenAttachment `case:"attachments"`
	Tiers        named[int64]      `case:"tiers"`
	Purchases    []givenPurchase   `case:"purchases"`
	Team         *givenTeam        `case:"team"`
	Claims       *[]givenClaim     `case:"claims"`
	Records      *[]givenRecord    `case:"records"`
	Planted      planted           `case:"planted"`
	CustomerName string            `case:"customer_name"`
}

type givenConnection struct {
	Service           serviceName `case:"service"`
	Dialect           dialect     `case:"dialect"`
	CommunityID       int64       `case:"community_id"`
	SpaceGroupID      int64       `case:"space_group_id"`
	GuildID           string      `case:"guild_id"`
	GuildName         string      `case:"guild_name"`
	Health            health      `case:"health"`
	RemovePreexisting bool        `case:"remove_preexisting"`
	Secret            string      `case:"secret"`
	Quota             quota       `case:"quota"`
}

type quota struct {
	Limit int64 `case:"limit"`
	Used  int64 `case:"used"`
}

type givenOfSeveral struct {
	ID           connectionRef `case:"id"`
	Seller       sellerRef     `case:"seller"`
	Service      serviceName   `case:"service"`
	Dialect      dialect       `case:"dialect"`
	CommunityID  int64         `case:"community_id"`
	SpaceGroupID int64         `case:"space_group_id"`
	GuildID      string        `case:"guild_id"`
	GuildName    string        `case:"guild_name"`
	Health       health        `case:"health"`
}

type givenAttachment struct {
	Connection   connectionRef `case:"connection"`
	Seller       sellerRef     `case:"seller"`
	Product      string        `case:"product"`
	AllVersions  *bool         `case:"all_versions"`
	Versions     many[string]  `case:"versions"`
	EndAction    endAction     `case:"end_action"`
	Roles        many[string]  `case:"roles"`
	SpaceGroupID int64         `case:"space_group_id"`
}

type givenPurchase struct {
	Product string    `case:"product"`
	Tier    string    `case:"tier"`
	Email   string    `case:"email"`
	Seller  sellerRef `case:"seller"`
	Count   int       `case:"count"`
}

type givenTeam struct {
	Product string `case:"product"`
	Owner   string `case:"owner"`
	Seats   int    `case:"seats"`
}

type givenClaim struct {
	Product       string      `case:"product"`
	Service       serviceName `case:"service"`
	Tier          string      `case:"tier"`
	Email         string      `case:"email"`
	GiftFrom      string      `case:"gift_from"`
	Seat          int         `case:"seat"`
	DiscordUserID string      `case:"discord_user_id"`
	State         claimState  `case:"state"`
}

type givenRecord struct {
	Connection       connectionRef `case:"connection"`
	Subject          string        `case:"subject"`
	Origin           origin        `case:"origin"`
	MemberID         int64         `case:"member_id"`
	GivenSpaceGroups idList        `case:"given_space_groups"`
	GivenRoles       many[string]  `case:"given_roles"`
	Count            int           `case:"count"`
}

// happening is an event with all arguments that events take.
type happening struct {
	Type          happeningName `case:"type"`
	Product       string        `case:"product"`
	Email         string        `case:"email"`
	Tier          string        `case:"tier"`
	Holder        string        `case:"holder"`
	GiftTo        string        `case:"gift_to"`
	Contains      many[string]  `case:"contains"`
	ID            string        `case:"id"`
	From          string        `case:"from"`
	Token         *string       `case:"token"`
	To            textOrNumber  `case:"to"`
	By            span          `case:"by"`
	EndsIn        span          `case:"ends_in"`
	When          effect        `case:"when"`
	Payment       payingNow     `case:"payment"`
	Percent       *int64        `case:"percent"`
	PriceCents    int64         `case:"price_cents"`
	Seat          int           `case:"seat"`
	Seq           int64         `case:"seq"`
	CommunityID   int64         `case:"community_id"`
	SpaceGroupID  int64         `case:"space_group_id"`
	KeepAccess    bool          `case:"keep_access"`
	Reason        endReason     `case:"reason"`
	Fault         fault         `case:"fault"`
	Worker        workerName    `case:"worker"`
	DiscordUserID string        `case:"discord_user_id"`
	Code          string        `case:"code"`
	Purpose       purpose       `case:"purpose"`
	Query         *backQuery    `case:"query"`
	Method        pageMethod    `case:"method"`
	Path          string        `case:"path"`
	CSRF          *bool         `case:"csrf"`
	Dialect       dialect       `case:"dialect"`
	Seller        sellerRef     `case:"seller"`
	Connection    connectionRef `case:"connection"`
	Roles         many[string]  `case:"roles"`
	Backfill      backfill      `case:"backfill"`
	Body          object        `case:"body"`
	Members       leaving       `case:"members"`
	BotLeaves     bool          `case:"bot_leaves"`
	DryRun        *bool         `case:"dry_run"`
}

type backQuery struct {
	Code        *string `case:"code"`
	State       *string `case:"state"`
	Error       *string `case:"error"`
	GuildID     *string `case:"guild_id"`
	Permissions *string `case:"permissions"`
}

type wantedCall struct {
	Service        serviceName  `case:"service"`
	Method         callMethod   `case:"method"`
	Path           string       `case:"path"`
	Body           null[object] `case:"body"`
	Actor          callActor    `case:"actor"`
	Bearer         string       `case:"bearer"`
	RequestHeaders object       `case:"request_headers"`
	NotBefore      span         `case:"not_before"`
	Repeat         *repeated    `case:"repeat"`
	Reply          wantedReply  `case:"reply"`
}

type repeated struct {
	AtLeast   int     `case:"at_least"`
	Gaps      gapsAre `case:"gaps"`
	GapAtMost span    `case:"gap_at_most"`
}

type wantedReply struct {
	Status  int    `case:"status"`
	Body    any    `case:"body"`
	Headers object `case:"headers"`
	Closed  yes    `case:"closed"`
	Delay   span   `case:"delay"`
}

// outsideState is what must hold after the last event. What is left out is not
// compared.
type outsideState struct {
	Connection      null[connectionState]        `case:"connection"`
	Connections     named[null[connectionBrief]] `case:"connections"`
	Attachment      null[attachmentState]        `case:"attachment"`
	Claims          *[]claimWanted               `case:"claims"`
	ClaimsCount     *int                         `case:"claims_count"`
	RecordsCount    *int                         `case:"records_count"`
	Records         *[]recordWanted              `case:"records"`
	StillMember     yes                          `case:"still_member"`
	CallsAfter      *[]int                       `case:"calls_after"`
	Tries           *int                         `case:"tries"`
	NextTry         null[waiting]                `case:"next_try"`
	CallCutAfter    span                         `case:"call_cut_after"`
	RefusedWrites   many[workerName]             `case:"refused_writes"`
	Breaker         breaker                      `case:"breaker"`
	Message         *string                      `case:"message"`
	MessageContains many[string]                 `case:"message_contains"`
	Error           null[errorWanted]            `case:"error"`
	HTTPStatus      many[int]                    `case:"http_status"`
	Changed         no                           `case:"changed"`
	Preview         *previewWanted               `case:"preview"`
	Choices         *choicesWanted               `case:"choices"`
	ChoicesCount    *choicesCount                `case:"choices_count"`
	Buttons         *buttonsWanted               `case:"buttons"`
	SellerChoices   many[sellerChoice]           `case:"seller_choices"`
	SellerSees      many[seenCause]              `case:"seller_sees"`
	Notices         *[]noticeWanted              `case:"notices"`
	NoNoticeTo      many[noticeTo]               `case:"no_notice_to"`
	SecretShown     secretShown                  `case:"secret_shown"`
	SecretsStored   *int                         `case:"secrets_stored"`
	NotStored       many[string]                 `case:"not_stored"`
	StateUsed       yes                          `case:"state_used"`
	StateStored     *stateStored                 `case:"state_stored"`
	RedirectTo      *string                      `case:"redirect_to"`
	Report          *reportWanted                `case:"report"`
	FoundIn         *foundIn                     `case:"found_in"`
}

type connectionState struct {
	Dialect     *string `case:"dialect"`
	GuildID     *string `case:"guild_id"`
	GuildName   *string `case:"guild_name"`
	Account     *string `case:"account"`
	CommunityID *int64  `case:"community_id"`
	Health      health  `case:"health"`
}

type connectionBrief struct {
	Health health `case:"health"`
}

type attachmentState struct {
	EndAction    endAction `case:"end_action"`
	SpaceGroupID int64     `case:"space_group_id"`
}

type claimWanted struct {
	State         claimState    `case:"state"`
	Cause         claimCause    `case:"cause"`
	Product       string        `case:"product"`
	Tier          string        `case:"tier"`
	Email         string        `case:"email"`
	DiscordUserID string        `case:"discord_user_id"`
	Service       serviceName   `case:"service"`
	MissingRoles  *many[string] `case:"missing_roles"`
}

type recordWanted struct {
	Subject          string  `case:"subject"`
	Origin           origin  `case:"origin"`
	MemberID         int64   `case:"member_id"`
	GivenRoles       *idList `case:"given_roles"`
	GivenSpaceGroups *idList `case:"given_space_groups"`
}

type errorWanted struct {
	Field    errorField   `case:"field"`
	Contains many[string] `case:"contains"`
}

type previewWanted struct {
	CurrentCustomers *int `case:"current_customers"`
}

type choicesWanted struct {
	Communities *idList `case:"communities"`
	SpaceGroups *idList `case:"space_groups"`
}

type choicesCount struct {
	SpaceGroups *int `case:"space_groups"`
}

type buttonsWanted struct {
	Receipt      null[string] `case:"receipt"`
	DownloadPage null[string] `case:"download_page"`
	Seller       null[string] `case:"seller"`
}

type noticeWanted struct {
	To       noticeTo     `case:"to"`
	Cause    noticeCause  `case:"cause"`
	Contains many[string] `case:"contains"`
}

type stateStored struct {
	Hashed    *bool   `case:"hashed"`
	ExpiresIn span    `case:"expires_in"`
	Purpose   purpose `case:"purpose"`
}

type reportWanted struct {
	OK               *many[string] `case:"ok"`
	MissingRole      *many[string] `case:"missing_role"`
	NotInServer      *many[string] `case:"not_in_server"`
	RoleWithoutClaim *many[string] `case:"role_without_claim"`
	Complete         *bool         `case:"complete"`
}

type foundIn struct {
	URL       *int `case:"url"`
	Logs      *int `case:"logs"`
	Responses *int `case:"responses"`
	DBPlain   *int `case:"db_plain"`
}
