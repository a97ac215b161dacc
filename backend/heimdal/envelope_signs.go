package heimdal

import (
	"regexp"
	"strings"
)

// sign is what a member or header beside a list of customers says about the list.
type sign int

const (
	noSign sign = iota

	signMore       // true, or any other value that is not empty: more customers follow
	signNext       // the same, or the address of the next page
	signToken      // the same, in a way that the portal does not support
	signOffset     // the list is a section of a longer one
	signPosition   // where a next page would begin, whether there is one or not
	signIsLast     // false: this is not the last page
	signComplete   // false: this is not all
	signPercentage // how much of all this is, in per cent
	signLastPage   // false, or the number of pages, or the address of the last one
	signPrevious   // true on the first page: other customers come before it

	signTotal  // how many customers there are
	signCount  // how many customers there are, or are on this page
	signPages  // how many pages there are
	signNumber // the number of this page
	signSize   // how many customers fill a page
	signRange  // which customers of how many these are, as in Content-Range

	signSuccess    // false: something went wrong
	signStatusCode // a status: 400 and more, or "failed"
	signError      // not empty: something went wrong
	signRemark     // a text that may say that the list is cut
)

// The three tables of names beside a list of customers, for members and headers, without case and separators. A name
// in a table that is not accounted for makes the response incomplete.
var (
	signsOfMore = signTable(map[sign]string{
		signMore: `hasmore more moretofollow hasnext hasmoreitems hasmorepages hasmoreresults hasmorerecords hasmoredata
			hasmorecustomers hasadditional hasadditionalpages hasadditionalitems morerecords moreresults moreitems
			morepages moredata moreavailable moreresultsavailable moretocome nextpagenumber nextpageexists
			nextpageavailable isnextpage remaining remainingcount remainingitems remainingpages remainingrecords left
			pagesleft pagesremaining itemsremaining approximate isapproximate estimated isestimated truncated istruncated
			resultstruncated listtruncated partial
			ispartial partialresult partialresults partialcontent incomplete isincomplete incompleteresults limited
			islimited capped iscapped limitreached limitexceeded maxreached exceededlimit exceededtransferlimit
			sizelimitexceeded cut iscut retryafter overflow clipped isclipped sampled subset issubset notall degraded isdegraded
			totalisestimate totalestimated`,
		signNext: `nextlink @odata.nextlink odata.nextlink odatanextlink next nextpage hasnextpage nextpagelink
			nextpageurl nextpageuri nexturl nexturi nexthref linknext`,
		signToken: `nextcursor cursor nexttoken nextpagetoken nextpagecursor continuationtoken continuation
			nextcontinuationtoken mscontinuation skiptoken nextskiptoken nextoffset nextskip nextstart nextmarker marker
			nextid nextkey nextindex nextbatch nextset nextrecord scrollid bookmark nextbookmark pagestate pagingstate
			resumetoken lastevaluatedkey nextpartitionkey nextrowkey nextpageid nextpagekey deltatoken continue
			querycontinue resume`,
		signPosition: `endcursor after aftercursor searchafter watermark lastid lastkey maxid`,
		signComplete: `full all whole allcustomers allclients allitems allrecords allresults allpages entire exact isexact
			numfoundexact totalexact ready isready`,
		signPercentage: `percentcomplete percentagecomplete completepercent completeness completion coverage progress`,
		signOffset:     `offset skip startindex startat startrow firstindex`,
		signIsLast: `islastpage islast lastbatch islastbatch complete iscomplete completed iscompleted iscompletelist
			listcomplete resultcomplete resultscomplete datacomplete allcomplete final isfinal finalpage isfinalpage
			done isdone finished isfinished exhausted isexhausted eof iseof endoflist endofdata endofresults endofpages
			endreached reachedend isendoflist isfull fulllist isfulllist fullyloaded iswhole allreturned
			allresultsreturned allloaded allitemsloaded nomore nomorepages
			nomoreresults nomoreitems`,
		signLastPage: `lastpage last lastpageurl lastpagelink lastlink linklast`,
		signPrevious: `hasprevious haspreviouspage hasprev hasprevpage`,
	})
	signsOfTotal = signTable(map[sign]string{
		signTotal: `totalcount total totalitems totalitemcount totalrecords totalrecordcount totalresults
			totalresultcount totalelements totalrows totalrowcount totalentries totalcustomers totalcustomercount
			totalclients totalhits totalmatches totaldocuments totalobjects totalsize totalnumber totalnumberofcustomers
			totalnumberofitems totalnumberofrecords totalnumberofresults totalavailable totalfound totalresources
			totalvalues totaldisplayrecords recordstotal recordsfiltered itemstotal resultstotal rowstotal
			customerstotal clientstotal counttotal grandtotal overallcount overalltotal fullcount availablecount
			@odata.count odata.count odatacount @count nbhits numfound`,
		signCount: `count itemcount itemscount resultcount resultscount recordcount recordscount rowcount rowscount
			customercount customerscount clientcount clientscount elementcount entrycount numberofcustomers
			numberofelements numberofitems numberofrecords numberofresults numberofrows numcustomers numitems numresults
			numrecords`,
		signPages: `totalpages totalpagecount pagecount pages pagestotal numberofpages numpages maxpage maxpages
			pagecounttotal`,
		signNumber: `pagenumber page currentpage pageno pagenum pageindex number`,
		signSize: `pagesize perpage itemsperpage resultsperpage recordsperpage limit top take first maxresults
			maxpagesize size`,
		signRange: `contentrange range itemrange itemsrange resultrange`,
	})
	signsOfFailure = signTable(map[sign]string{
		signSuccess: `success succeeded issuccess successful issuccessful wassuccessful ok isok requestok`,
		signStatusCode: `code status statuscode httpstatus httpstatuscode httpcode responsecode responsestatus resultcode
			resultstatus returncode apistatus state statustext statusmessage statusdescription result outcome`,
		signError: `error errors errormessage errormessages errormsg errordescription errordetails errorcode errorcount
			exception exceptionmessage exceptions fault faults failed failure failures haserror haserrors iserror
			iserrors hasfailed hasfailures err errs errno errcode problem problems timedout terminatedearly`,
		signRemark: `message messages warning warnings notice notices`,
	})
)

// signTable returns lists of names as one map.
func signTable(lists map[sign]string) map[string]sign {
	all := map[string]sign{}
	for attr, names := range lists {
		for name := range strings.FieldsSeq(names) {
			all[name] = attr
		}
	}
	return all
}

// namePrefixes are what systems put before the names in the tables, as in X-Pagination-Total-Count.
var namePrefixes = []string{"x", "wp", "ms", "pagination", "paging", "pager", "list", "result", "results", "meta",
	"odata", "api", "heimdal", "collection"}

// signOf looks up a name in the three tables, as it is and without a prefix.
func signOf(plain string) sign {
	for _, signs := range []map[string]sign{signsOfMore, signsOfTotal, signsOfFailure} {
		if attr, ok := signs[plain]; ok {
			return attr
		}
	}
	if len(plain) > maxSignLength {
		return noSign
	}
	for _, prefix := range namePrefixes {
		if rest, ok := strings.CutPrefix(plain, prefix); ok && rest != "" {
			if attr := signOf(rest); attr != noSign {
				return attr
			}
		}
	}
	if strings.HasSuffix(plain, "@odata.count") {
		return signTotal // of the list that the name begins with
	}
	if local := strings.TrimLeft(plain[strings.LastIndexAny(plain, ":.")+1:], "@$_"); local != plain && local != "" {
		return signOf(local)
	}
	for _, one := range signPatterns {
		if one.names.MatchString(plain) {
			return one.means
		}
	}
	return noSign
}

// signPatterns match further names, which are in no table.
var signPatterns = []struct {
	names *regexp.Regexp
	means sign
}{
	{regexp.MustCompile(`^has(more|next|additional|further)`), signMore},
	{regexp.MustCompile(`^next(page|link|url|uri|href|path|token|cursor|start|offset|skip|key|marker|id|set|batch|record|row|` +
		`result|item|customer|index|from|after|chunk|part|position|range|request)`), signMore},
	{regexp.MustCompile(`(nextlink|nextpage|nexturl|nexturi|nexttoken|nextcursor|hasmore|hasnext)$`), signMore},
	{regexp.MustCompile(`^more` + listNounsPattern + `(exists?|available|follow)?$|^more(coming|exists?|follow)|` +
		`(any|isthere|thereare|exists?)more$`), signMore},
	{regexp.MustCompile(`(limit|max|maximum)(reached|exceeded|hit)$`), signMore},
	{regexp.MustCompile(`^remaining` + listNounsPattern + `$|^` + listNounsPattern + `remaining$`), signMore},
	{regexp.MustCompile(`^(partial|truncat|incomplete)|(truncated|incomplete|partial)$`), signMore},
	{regexp.MustCompile(`^(omitted|skipped|dropped|missing|hidden)` + listNounsPattern + `?$`), signMore},
	{regexp.MustCompile(`^(failed|unavailable|unreachable)(` + listNounsPattern +
		`|regions?|tenants?|shards?|sources?|servers?|partitions?)?$|` +
		`^(` + listNounsPattern + `|regions?|tenants?|shards?|sources?|servers?)(failed|unavailable|omitted|skipped|missing)$`), signError},
	{regexp.MustCompile(`(complete|completed|finished)$`), signComplete},
	{regexp.MustCompile(`^error|errors?$`), signError},
}

// listNounsPattern matches what a list may contain.
const listNounsPattern = `(customers?|clients?|resellers?|items?|records?|results?|rows?|entries|elements?|pages?|count)`

// unrelatedNames are members that may be a number or true without saying anything about the list.
var unrelatedNames = map[string]bool{
	"valid": true, "isvalid": true, "cached": true, "authenticated": true, "version": true, "apiversion": true, "schemaversion": true,
	"took": true, "elapsed": true, "elapsedms": true, "tookms": true, "durationms": true, "duration": true,
	"timestamp": true, "created": true, "updated": true, "generated": true,
}

// unrelatedSuffixes are the ends of further such names.
var unrelatedSuffixes = []string{"id", "time", "at", "seconds", "version"}

// paginationObjects are the objects whose members are about the list, as the envelope's own are.
var paginationObjects = signTable(map[sign]string{signMore: `pagination paging page pageinfo pager pageable paginator pagemeta
	meta metadata info links navigation resultinfo resultset responsemetadata responseinfo searchinfo list listinfo
	cursors response header headers hits status outcome operation result responsestatus execution job pagedetails paginginfo`})

// echoObjects are the objects that repeat the request, whose members say nothing about the response.
var echoObjects = signTable(map[sign]string{signMore: `filter filters query request params parameters sort sorting self
	criteria`})
