/* words: Chinese first, English second; what records say stays as it is recorded */
window.pilFailed = (error) => {
  document.getElementById("detail").textContent = `本页无法在此浏览器中显示（${error.message}）。请使用较新的浏览器，或打开同一文件夹的 leads.xlsx。 This browser cannot show the page; open leads.xlsx.`;
};
const WORDS = {
  title: ["公益诉讼线索审阅", "Review of public-interest leads"], pending: ["待核查", "to be verified"],
  overview: ["运行概览", "Run"], print_lead: ["打印本线索", "Print lead"], print_list: ["打印清单", "Print list"],
  load: ["载入意见", "Load"], export: ["导出处理意见", "导出 Export"],
  list: ["线索列表", "Leads"], search: ["搜索线索", "Search leads"], search_hint: ["搜索：标题、主体、机关、编号，可用拼音首字母", "Search: title, subject, agency, id, pinyin initials"],
  domain: ["领域", "Domain"], agency: ["行政机关", "Agency"], town: ["镇街", "Town"], score: ["得分", "Score"], decision: ["处理意见", "Decision"],
  rank: ["序号", "No."], lead: ["线索", "Lead"], fact_date: ["事实日期", "Fact date"], opinion: ["意见", "Opinion"],
  map: ["位置示意图", "Map"], map_keys: ["线索位置示意图，方向键移动，加减号缩放", "Map of leads: arrow keys move, plus and minus zoom"],
  zoom_in: ["放大", "Zoom in"], zoom_out: ["缩小", "Zoom out"], whole: ["全图", "All"], here: ["本件", "This"], north: ["北", "N"],
  layers: ["底图图层", "Base layers"], base_note: ["底图取自工作区图层，已简化，仅供示意", "Base: the workspace's own layers, simplified, for orientation only"],
  details: ["线索详情", "Details of the lead"],
  all_domains: ["全部领域", "All domains"], all_agencies: ["全部机关", "All agencies"], all_towns: ["全部镇街", "All towns"], all_scores: ["全部得分", "All scores"], all_states: ["全部意见", "All opinions"],
  no_town: ["（未写明镇街）", "(no town told)"], no_agency: ["未确定", "not resolved"], undecided: ["未处理", "open"], at_least: ["得分不低于", "Score at least"],
  of: ["件", "leads"], only: ["本页只列前", "this page lists the first"], rest: ["件，其余见 leads.xlsx", "; the rest is in leads.xlsx"],
  id: ["线索编号", "Lead id"], subject: ["主体", "Subject"], place: ["地点", "Place"], route: ["路线", "Route"], unknown: ["未知", "unknown"], not_known: ["未确定", "not resolved"],
  curves: ["指数曲线", "Index over time"], interval: ["发现所述期间", "period that the finding names"], hollow: ["云等遮挡过多，不作判断", "too little of the ground was seen"], hidden_ground: ["（遮挡）", " (hidden)"], values: ["各日数值", "Values"],
  zh_only: ["", "some of it has no English"], row_no: ["第", "row"], row_end: ["行", ""], amounts: ["度量", "Measures"],
  members_subjects: ["件线索的主体，见成员", "subjects, see the members"],
  urgent: ["优先核查", "Priority"], first: ["优先", "first"], said: ["情况与证据链", "What was found, and the rows behind it"], rows: ["来源行", "Rows"], more_rows: ["行，其余见 findings.jsonl", "rows; the rest is in findings.jsonl"],
  ground: ["空间比对", "Ground measured"], editions: ["图层版本", "Editions of layers"], gates: ["影像质量", "Quality of pictures"], rates: ["所用标准", "Rates used"],
  names_joined: ["名称认定", "Names taken for one subject"],
  excluded: ["已适用的排除或复核情形", "Exclusions that applied"], open_exclusions: ["缺值、未能判断的排除情形", "Exclusions that a missing value left open"], lacking: ["缺失", "Missing"],
  parts: ["得分构成", "Parts of the score"], total: ["得分", "Score"], chosen: ["（采用）", " (chosen)"], verifiability: ["可查性", "verifiability"],
  basis: ["法律依据（按事实发生日适用的版本）", "Legal basis, as of the date of the fact"], from: ["起", "from"], to: ["至", "to"], later_applies: ["此后见", "Since then"], later_if_milder: ["此后的处罚规定，较轻的适用", "New sanction, if milder"], later_transition: ["新旧衔接依据", "Rules on transition"],
  none: ["无", "none"], steps: ["路线与期限", "Route and clocks"], period: ["期限", "period"], starts: ["起算", "runs from"], blocked: ["尚缺", "still needed"],
  objections: ["抗辩核对", "What the other side may object"], verify: ["核实要点", "To verify"], supplement: ["待补充（可提高评分）", "Missing (would raise the score)"],
  no_room: ["本页放不下全部影像；本线索的影像用 pil show --pictures 画出", "No room for all pictures here: draw them with pil show --pictures"],
  pictures: ["影像对比", "Pictures"], swipe: ["拖动或用方向键比较前后影像", "Drag or use arrow keys to compare"], before: ["前", "before"], after: ["后", "after"], left: ["左图", "Left"], right: ["右图", "Right"], side: ["边长", "side"], strip: ["各时相（点选为右图）", "All dates (click: right picture)"], outline: ["框线为疑似范围，待核查", "The line is the suspected extent, to be verified"],
  related: ["相关线索", "Related leads"], same_class: ["同一类案", "same class"], same_subject: ["同一主体", "same subject"], near_by: ["邻近", "near"], members: ["成员线索", "Members"], in_class: ["所属类案", "Class"],
  no_place: ["本线索没有坐标", "This lead has no place"], no_base: ["工作区没有面状或线状图层", "The workspace has no layer of lines or areas"],
  by: ["办理人", "By"], on: ["办理日期", "Date"], note: ["备注", "Note"], reason: ["排除理由", "Why rejected"], stage: ["核查阶段", "Stage"],
  unsaved: ["本浏览器不保存处理意见，关闭前请先导出。", "This browser keeps no decisions: export before closing."],
  no_reason: ["件排除没有理由代码", "rejections without a reason"], no_date: ["件没有办理日期，读回时会被退回", "without a date: they will be refused on import"], exported: ["已导出", "Exported"], loaded: ["已载入", "Loaded"], conflicts: ["件与本页已有意见不同，未覆盖", "differ from what is decided here, not overwritten"], other_scan: ["该文件属于另一次筛查，未载入", "The file belongs to another scan, not loaded"], not_file: ["不是处理意见文件", "Not a decision file"], unknown_leads: ["件不在本页，未载入", "are not on this page, not loaded"],
  as_of: ["基准日", "As of"], models_done: ["个模型已计算", "models computed"], models_not: ["个无法计算", "not computable"], leads_n: ["线索", "Leads"],
  nature: ["本页由程序筛查得出，所列均为待核查线索，不是对任何人的认定。", "Found by screening; every lead is to be verified, none is a finding against anyone."],
  sources: ["数据来源", "Sources"], read: ["读入", "read"], used: ["使用", "used"], aside: ["隔离", "quarantined"], models: ["模型", "Models"], whole_run: ["来源、隔离、各模型、补数据的全部情况见同一文件夹的", "All on sources, rows set aside, models and missing data:"], model: ["模型", "Model"], mstate: ["状态", "State"],
  cannot: ["无法计算的模型，及补上即可计算的数据", "Models that could not be computed, and the data that would make them so"], add: ["需要", "needs"], disputed: ["结论相互矛盾的核查", "Checks that contradict each other"], audit_town: ["按镇街：标出的占多少（括号内 95% 区间）", "By town: share that is flagged (95 % interval)"], audit_size: ["按企业规模：标出的占多少（括号内 95% 区间）", "By size of enterprise: share that is flagged (95 % interval)"], size: ["规模", "Size"], not_told: ["（未写明）", "(not told)"],
  quarantined: ["被隔离的行和单元格（见 leads.xlsx「隔离数据」）", "Rows and cells set aside (see leads.xlsx)"], could_clear: ["补上可能排除部分命中的数据", "Data that could clear some hits"],
  population: ["总数", "All"], flagged: ["标出", "flags"], checked: ["已核查", "checked"], confirmed: ["属实", "confirmed"], local: ["本地模型", "local model"], expected: ["预计属实", "Expected true"], capacity: ["本期核查", "Checked now"],
  sign_1: ["承办人意见", "Case officer"], sign_2: ["部门负责人意见", "Head of office"], sign_3: ["检察长意见", "Chief procurator"], printed_from: ["出自筛查", "From the scan"],
  keys: ["快捷键：↑↓ 选线索，Enter 看详情，/ 搜索，1 采纳、2 待核实、3 排除，n 备注，Esc 回列表", "Keys: ↑↓ choose, Enter details, / search, 1 adopt, 2 check, 3 reject, n note, Esc back to the list"],
  q_date: ["事实日期与法律生效日期相符？", "Fact dated, law in force that day?"], q_edition: ["当时有效的图层版本？", "Edition of the layers valid then?"], q_position: ["会不会只是位置误差？", "Could it be positional error?"], q_pictures: ["季节、云、配准是否可靠？", "Season, cloud, registration?"], q_searched: ["批准、处罚、整改是否查过？", "Approvals and penalties searched?"], q_subject: ["主体以代码而非同名确认？", "Subject proven by code, not name?"], q_agency: ["负责的机关是否确定？", "Responsible agency resolved?"], q_exempt: ["有无时效、豁免、已处理情形？", "Exemption, limitation, settled?"], q_undecided: ["缺值而未能判断的情形？", "What a missing value left open?"], q_record: ["本模型以往属实率？", "Past record of the model?"],
  v_ok: ["√ 通过", "√ pass"], v_flag: ["× 注意", "× attention"], v_unknown: ["？ 未知", "? unknown"],
};
const CODED_EN = {
  routes: { admin: "administrative suit", civil: "civil suit", none: "open" }, kinds: { single: "single", class: "class" },
  states: { hit: "hit", review: "review", dropped: "dropped", unknown: "unknown", clear: "clear", computed: "computed", not_computable: "not computable", off: "off", stopped: "stopped" },
  parts: { certainty: "certainty", verifiability: "verifiability", harm: "harm", inaction: "inaction", urgency: "urgency", scale: "scale" },
  decisions: { adopt: "Adopt", check: "Check", reject: "Reject" },
  reasons: { fact_absent: "fact absent", lawfully_handled: "lawfully handled", data_error: "data error", same_lead: "same lead", not_our_jurisdiction: "not our jurisdiction", trivial: "trivial", time_barred: "time-barred", wrong_subject_or_agency: "wrong subject or agency", policy_exemption: "policy exemption" },
  stages: { screened: "screened, not checked yet", desk: "desk", field: "field", filed: "filed", settled: "settled or suggestion", replied: "agency replied", look_back: "look back", restored: "look back: restored", partial: "look back: in part", sham: "look back: sham or relapse", suit: "suit", judgment: "judgment" },
  bands: { must: "must be seen", top: "by score", drawn: "drawn by lot", later: "later" },
};
const MARKS = { adopt: "√", check: "？", reject: "×" };
let english = false;
const t = (key) => (WORDS[key] || [key, key])[english ? 1 : 0];
const coded = (table, code) => (english && (CODED_EN[table] || {})[code]) || (words[table] || {})[code] || code || "";
function translate() {
  document.documentElement.lang = english ? "en" : "zh-CN";
  for (const node of document.querySelectorAll("[data-t]")) node.textContent = t(node.dataset.t);
  for (const node of document.querySelectorAll("[data-t-label]")) node.setAttribute("aria-label", t(node.dataset.tLabel));
  for (const node of document.querySelectorAll("[data-t-hint]")) node.setAttribute("placeholder", t(node.dataset.tHint));
  $("language").textContent = english ? "中文" : "English";
  $("language").lang = english ? "zh-CN" : "en";
  document.title = `${t("title")} (${t("pending")})`;
}
