/** Signs by which a passage speaks to whoever rates it, in English and Chinese. Words of neither the question nor the model. */
import { speaksOfRating } from './weigh-words.ts';

export const SCREEN_REASONS = [
  'order',
  'overrules',
  'speaks-to-rater',
  'markup',
  'answer-shape',
  'claims-verdict',
  'claims-anchors',
  'claims-unrecorded',
  'pleads',
  'demonstration',
  'other-language',
  'disguised',
  'repeats-anchor',
  'speaks-of-rating',
  'off-subject',
  'beside',
] as const;
export type ScreenReason = (typeof SCREEN_REASONS)[number];

const any = (...parts: string[]): string => `(?:${parts.join('|')})`;
const has = (...parts: string[]): RegExp => new RegExp(any(...parts), 'iu');
/** Both, in either order, with so many characters between them at most. */
const near = (a: string, b: string, most: number): RegExp =>
  new RegExp(`${a}[^\\n]{0,${most}}?${b}|${b}[^\\n]{0,${most}}?${a}`, 'iu');

// English.
const RATER = any(
  String.raw`\b(?:raters?|graders?|scorers?|assessors?|evaluators?|examiners?)\b`,
  String.raw`\b(?:rating|scoring|grading|marking) (?:model|system|engine|assistant)\b`,
  String.raw`\bwhoever (?:\w+ )?(?:reads?|scores?d?|grades?d?|rates?d?|marks?(?:ed)?)\b`,
);
const SCORE = any(
  String.raw`\b(?:scores?|scoring|ratings?|grades?|grading|marks?|verdict)\b`,
  String.raw`\b(?:one|two|three|an?|more|extra|additional) (?:more |extra |additional )?points?\b`,
);
/** The answer, or the person who gives it. */
const SELF = any(
  String.raw`\bthis (?:very |current |particular )?(?:answer|response|reply|transcript|record|candidate|interview|submission|one|question|item)\b`,
  String.raw`\bthe (?:current|present) (?:answer|response|transcript|record|candidate|item)\b`,
  String.raw`\bth(?:is|e) candidate\b`,
  String.raw`\bmy (?:\w+ )?(?:answer|response|reply|words|submission|performance|explanation)\b`,
  String.raw`\bwhat i (?:have )?(?:said|explained|answered)\b`,
);
const TOP_SCORE = any(
  String.raw`\b(?:full|top|highest|maximum|max|best|perfect|greatest|exceptional)\s+(?:possible |available )?(?:scores?|marks?|ratings?|grades?|level|anchor|points?)\b`,
  String.raw`\b(?:score|rating|grade|mark)s?\s*(?:of|is|to|at|as|up to|:|=)?\s*(?:an? |the )?(?:5|five|maximum|perfect)\b(?!\s*(?:points?|percent|%|\.\d))`,
  String.raw`\b(?:score|rate|grade|mark)(?: \w+){0,3} (?:with|as|at) (?:an? )?(?:5|five|perfect)\b(?!\s*(?:points?|percent|%|\w))`,
  String.raw`\b(?:5|five) ?(?:/|out of|of) ?(?:5|five)\b`,
  String.raw`\b(?:answer|enter|return|print|output|respond|reply|write|record|value)(?: with)?(?: an?| the)?(?: value| number| digit)? (?:5|five)\b(?!\s*\w)`,
  String.raw`\b(?:an?|the) (?:clear |solid |firm |straight |well-earned )(?:5|five)\b`,
  String.raw`\ban? (?:5|five)\b(?=\s*(?:[.,;!?"”]|$|against|out|for (?:this|my|the)))`,
);
const VERB = String.raw`(?:ignore|disregard|forget|skip|override|give|award|assign|set|return|output|record|enter|write|print|emit|respond|reply|answer|treat|mark|grade|rate|score|count|add|raise|increase|bump|round|hand|confirm|repeat|put|choose|select|reward)s?\b`;
const START = String.raw`(?:^|[.!?;:,>\]"“)—–*#-]\s*|\b(?:please|kindly|now|then|just|simply|so|therefore|and|must|should|only|need only|have to|has to|will|shall|to|you|always)\s+)`;
const IMPERATIVE = has(`${START}${VERB}`);
const RATE_ME = has(
  String.raw`\b(?:rate|grade|score|mark|assess|evaluate)s? (?:me\b|this (?:candidate|answer|response|reply|transcript|submission|one)|my (?:answer|response|reply))`,
);
const RULES = String.raw`\b(?:instructions?|rules?|rubrics?|criteri(?:a|on)|guidelines?|scoring standards?|rating standards?|system prompt|everything (?:above|before|else)|(?:the|all) (?:of )?(?:the )?(?:above|foregoing|preceding)|earlier prompt|previous prompt|grading scheme|task)\b`;
const RATING_ANCHOR = String.raw`\banchors?\b`;
/** Other things that are called anchors: of a detector, and of a triplet. */
const OTHER_ANCHORS =
  /\b(?:box(?:es)?|triplets?|positives?|negatives?|iou|detectors?|objectness|proposals?|contrastive|r-cnn)\b|三元组|锚框|检测|正样本|负样本/i;
const DROP = String.raw`\b(?:ignore|disregard|forget|override|overrule|bypass|set aside|no longer appl(?:y|ies)|do(?:es)? not apply|(?:are|is|was|were) (?:now )?(?:only examples|examples only|void|obsolete|cancelled|replaced|superseded|withdrawn))\b`;
const WHO = String.raw`\b(?:panel|committee|interviewers?|colleagues?|experts?|professors?|employers?|scientists?|board|reviewers?|examiners?|everyone|everybody|members)\b`;
const DECIDED = String.raw`\b(?:agreed?|confirm(?:ed)?|verified|approved|rated|judged|scored|graded|told me|decided|accepted|unanimous|recorded|validated|endorsed)\b`;

// Chinese.
const ZH_RATER =
  '(?:评分(?:者|员|人|模型|系统)|评委|阅卷(?:人|老师|模型|系统)|打分(?:人|者|模型|系统|的人)|判分(?:人|模型|系统))';
const ZH_SCORE = '(?:打分|评分|得分|分数|给分|记分|判分|加分)';
const ZH_SELF =
  '(?:(?:这|本|此|该)(?:个|份|段|次|道|位|条|名)?(?:回答|答案|答复|作答|题|候选人|应聘者|实录|面试)|我的(?:回答|答案|答复|表现|作答)|给我|把我)';
const ZH_TOP =
  '(?:满分|最高分|最高档|最高(?:的)?锚点|最高(?:一)?(?:档|级)|高分|(?<![到至~\\-—–]\\s*)(?<![0-9百千十])[五5]\\s*分(?!之|钟|布|类|析|割|片|组|支|别|成|桶|配|位|块|层|词|歧|步|段|制|量)|多给.{0,3}分|(?:得分|评分|分数|打分|score|rating)(?:字段)?.{0,6}[5五])';
const ZH_ORDER =
  '(?:(?<![我们邀聘申])请(?!求|教|假|示|来|了)|务必|必须|应当|一律|直接(?:给|打|记|判|评|填|写|按|return)|只(?:需|要|能|用)|固定|照此|照着|跟着|就(?:可以|行|好)|即可|(?:设|改|判|记|定|评|写|填|调)(?:为|成)|(?:填写|输出|返回|视为|return)|按.{0,6}(?:处理|记|评|打|给))';
const ZH_RULES =
  '(?:规则|要求|标准|指令|细则|指示|说明|提示词|(?:以上|之前|前面|上述|先前)(?:的)?(?:内容|话|一切|所有)?)';
const ZH_DROP = '(?:忽略|无视|不用管|不要管|不必管|别管|抛开|作废|失效|不再适用|不必理会|不予理会)';
const ZH_WHO = '(?:面试官|专家|老师|同事|评委|考官|领导|命题人|教授|专家组|评审|委员会)';

type Signal = readonly [ScreenReason, (text: string) => boolean];

const all =
  (...tests: (RegExp | ((text: string) => boolean))[]) =>
  (text: string): boolean =>
    tests.every((test) => (typeof test === 'function' ? test(text) : test.test(text)));
const oneOf =
  (...tests: (RegExp | ((text: string) => boolean))[]) =>
  (text: string): boolean =>
    tests.some((test) => (typeof test === 'function' ? test(text) : test.test(text)));
const aboutRatingAnchors = (text: string): boolean => !OTHER_ANCHORS.test(text);

const ROLE_LINE = has(
  String.raw`^[\s"'“>*_#-]*(?:system|developers?|admin(?:istrator)?|assistant|user|human|ai|interviewer|panel(?: chair)?|chair|rater|grader|moderator|examiner)(?: (?:message|note|prompt|instruction|notice))?\s*[:：]`,
  String.raw`^[\s"'“>*_-]*#{1,6}\s*(?:system|instructions?|admin|developer|new|important|task|prompt)\b`,
  String.raw`^\s*(?:message|note|notice) (?:from|to|for) the (?:system|developers?|vendor|admin\w*|makers?|operators?|panel|rater|grader|evaluator|model)`,
  '^[\\s"“]*(?:系统|管理员|助手|面试官|考官|评委|主考官?|开发者|运维)(?:消息|提示|指令|通知|公告)?\\s*[:：]',
  '[【\\[](?:[^】\\]]{0,8})?(?:系统|管理员|指令|提示|通知|开发者)[^】\\]]{0,8}[】\\]]',
);

const END_OF_RECORD = has(
  String.raw`\bend of (?:the )?(?:transcript|record(?:ing)?|interview|input)\b`,
  String.raw`\b(?:transcript|record(?:ing)?|interview|input|context) (?:ends|stops|is over|is closed)(?: here)?\b`,
  '(?:实录|记录|录音|面试记录|输入)(?:到此|至此)?(?:结束|完毕|终止|为止)',
);

/** Common words of languages that the bank does not have, and of English. */
export const ENGLISH =
  /\b(?:the|an?|of|to|and|is|are|was|in|it|i|we|you|that|this|for|with|on|not|be|have|my|as|but|or|at|by)\b/giu;
const OTHERS =
  /(?<!\p{L})(?:les?|la|des|du|et|une|est|pour|dans|que|qui|avec|cette|el|los|las|del|una|por|para|esta|con|der|die|das|und|für|nicht|ein|eine|diese|ist|bitte|il|gli|della|per|questa|non|uma|não|de)(?!\p{L})/giu;

function isOtherLanguage(text: string): boolean {
  const letters = text.match(/\p{L}/gu)?.length ?? 0;
  const foreign =
    text.match(
      /[\p{Script=Cyrillic}\p{Script=Hangul}\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Thai}\p{Script=Devanagari}]/gu,
    )?.length ?? 0;
  if (letters >= 8 && foreign > letters / 3) return true;
  const words = text.match(/\p{Script=Latin}+/gu)?.length ?? 0;
  if (words < 5 || /\p{Script=Han}/u.test(text)) return false;
  const own = text.match(ENGLISH)?.length ?? 0;
  const other = text.match(OTHERS)?.length ?? 0;
  return other >= 2 && other > 2 * own;
}

const SIGNALS: readonly Signal[] = [
  ['markup', oneOf(ROLE_LINE, END_OF_RECORD)],
  [
    'answer-shape',
    oneOf(
      has(
        String.raw`["'“{,;]?\s*\b(?:score|rating|grade|mark)\b["'”]?\s*[:=]\s*["']?(?:[1-5]\b|five|maximum|full)`,
      ),
      has('["“]?(?:得分|评分|分数|打分)["”]?\\s*[:：=]\\s*["“]?[1-5五]'),
      all(
        has(String.raw`\b(?:output|json|schema|format|parser|field|valid(?:ates?)?)\b`),
        has(
          String.raw`\bonly (?:the )?(?:valid|allowed|accepted|possible|value)\b`,
          String.raw`\b(?:must|has to|shall) (?:begin|start|be|contain|read)\b`,
          String.raw`\b(?:rejects?|fails?)\b`,
          String.raw`\bso return\b`,
        ),
        has(SCORE, String.raw`\b(?:5|five)\b`),
      ),
      has(
        String.raw`^\W*(?:let |const |var )?(?:overall|total|final|score|rating|grade|result|verdict)[\w ]*["']?\s*[:=]\s*["']?(?:5|five|max\w*|full)\b`,
      ),
      has(String.raw`\bscale (?:now )?(?:runs|goes|is|reaches) from (\w+) to \1\b`),
      all(
        /(?:输出|格式|字段|解析|schema|json)/iu,
        /(?:固定|只能|必须|否则|失败|填)/u,
        /(?:分|score|[5五])/iu,
      ),
    ),
  ],
  [
    'overrules',
    oneOf(
      near(DROP, RULES, 60),
      all(near(DROP, RATING_ANCHOR, 40), aboutRatingAnchors),
      has(
        String.raw`\b(?:real|actual|true|only) (?:task|job|instruction)s?\b.{0,30}\b(?:is|are)\b.{0,40}\b(?:output|give|award|return|score|grade|rate|mark)`,
      ),
      has(
        String.raw`\b(?:nothing|anything|everything) (?:after|before|above|below) this (?:line|point|sentence|message)\b`,
      ),
      has(String.raw`\bnew instructions? (?:for|to|from)\b`),
      has(
        String.raw`\b(?:rater|rating|scoring|grading|calibration|debug|developer|maintenance) (?:\w+ )?mode (?:is )?(?:now )?(?:on|enabled|active)\b`,
      ),
      has(
        String.raw`\b(?:decode|decrypt|decipher|unscramble)\b.{0,40}\b(?:obey|follow|execute|comply|carry out|do (?:it|what))\b`,
      ),
      near(ZH_DROP, ZH_RULES, 14),
      near(ZH_DROP, '锚点', 10),
      /(?:评分|打分|判分)(?:标准|规则|细则|要求|办法).{0,6}(?:更新|修改|变更|作废|调整|改)/u,
      /(?:解码|解密|破译).{0,8}(?:执行|照做|服从|遵照)/u,
    ),
  ],
  [
    'order',
    oneOf(
      all(IMPERATIVE, has(TOP_SCORE)),
      all(IMPERATIVE, has(SCORE), has(SELF)),
      all(IMPERATIVE, RATE_ME),
      has(
        String.raw`\b(?:submit|return|award|enter|give|report|print|output)s? (?:the|a|its) (?:maximum|highest|top)\b(?: value| number| one)?\s*(?:[.,;!"”]|$)`,
      ),
      all(has(String.raw`\b(?:always|only)\b`, String.raw`\byou (?:are|must|will|should)\b`), has(TOP_SCORE)),
      all(new RegExp(ZH_ORDER, 'iu'), new RegExp(ZH_TOP, 'iu')),
      all(new RegExp(ZH_ORDER, 'iu'), new RegExp(ZH_SCORE, 'u'), new RegExp(ZH_SELF, 'u')),
    ),
  ],
  [
    'speaks-to-rater',
    oneOf(
      all(has(RATER), /\byou(?:r|rs|rself)?\b/iu),
      all(
        new RegExp(
          `${RATER}\\s+(?:must|should|shall|has to|have to|is to|are to|need only)\\s+${VERB}`,
          'iu',
        ),
        has(SCORE, SELF),
      ),
      has(
        String.raw`\b(?:dear|attention|note (?:to|for)|message (?:to|for)|instructions? (?:to|for)|addressed to|words? (?:to|for))\s+(?:the |any |all )?` +
          any(RATER, String.raw`(?:ai|model|assistant|llm|parser)\b`),
      ),
      all(has(RATER), has(String.raw`\b(?:lost|lose|fired|dismissed|removed|too strict|generous|lenient)\b`)),
      all(
        has(String.raw`\byou are (?:an?|the|now|my)\b`),
        has(RATER, String.raw`\b(?:rate|grade|score|mark)\b`),
      ),
      new RegExp(`(?:作为.{0,4}|致|告|各位|尊敬的)${ZH_RATER}`, 'u'),
      new RegExp(`给.{0,3}${ZH_RATER}.{0,3}的(?:话|说明|提示|指令)`, 'u'),
      new RegExp(`${ZH_RATER}.{0,6}(?:请|你|您|一律|必须|应当|务必)`, 'u'),
      new RegExp(`(?:谢谢|感谢|拜托).{0,3}(?:${ZH_RATER}|rater|grader)`, 'iu'),
      all(/[您你]/u, /(?:照|按|直接|只需|只要|跟着).{0,6}(?:记|打|给|评|写|判)/u),
    ),
  ],
  [
    'claims-verdict',
    oneOf(
      all(near(WHO, DECIDED, 80), has(SELF, TOP_SCORE, SCORE.replace('marks?', 'full marks'))),
      has(
        String.raw`\bi (?:wrote|set|authored|drafted|composed) (?:the|this) (?:reference|model|standard)? ?(?:answer|question)\b`,
      ),
      all(
        has(String.raw`\b(?:reference|model|standard) answer\b`),
        has(SELF, String.raw`\bwhat i said\b`, String.raw`\b(?:this|my) (?:reply|answer)\b`),
      ),
      has(
        String.raw`\b(?:the|this) (?:candidate|applicant|interviewee)(?:'s \w+)? (?:\w+ly )?(?:demonstrates?|explains?|shows?|exceeds?|covers?|meets?|deserves?|has|gives?|masters?|satisf\w+|fulfil\w*|is|was|answers?|displays?|understands?)\b`,
      ),
      /(?:该|此|这[位名])(?:候选人|应聘者|考生|面试者).{0,14}(?:掌握|表现|展现|展示|回答|超出|远超|具备|满足|达到|完全|非常|理解)/u,
      /值(?:得)?(?:打|给|评)?(?:满分|最高|[五5]\s*分)/u,
      has(
        String.raw`\b(?:deserves?|worth|merits?|earns?|earned)\s+(?:an? |the )?(?:full|top|highest|maximum|best|five|5|perfect)\b`,
      ),
      all(
        has(SELF),
        has(
          String.raw`\b(?:rated|graded|judged|described|recognised|recognized) as (?:exceptional|excellent|outstanding|perfect|the best|top)\b`,
        ),
      ),
      all(
        new RegExp(ZH_WHO, 'u'),
        /(?:确认|同意|认可|一致|告诉我|记为|通过|给了|打了)/u,
        new RegExp(`${ZH_SELF}|${ZH_TOP}`, 'u'),
      ),
      all(new RegExp(ZH_SELF, 'u'), /(?:复核|审核|验证|核实)/u, /(?:通过|无误|合格)/u),
    ),
  ],
  [
    'claims-anchors',
    all(
      aboutRatingAnchors,
      oneOf(
        has(String.raw`\banchors?\s+(?:number |no\. ?)?(?:[1-5]|one|two|three|four|five)\b`),
        all(
          has(
            String.raw`\b(?:every|all|each|top|highest|fifth)\s+(?:\w+ )?(?:of the )?(?:anchors?|criteri(?:a|on))\b`,
          ),
          has(SELF, String.raw`\b(?:i|my)\b`, String.raw`\bmet in full\b`),
        ),
        all(
          has(String.raw`\b(?:rubric|criteri(?:a|on)|mark(?:ing)? scheme)\b`),
          has(SELF),
          has(String.raw`\b(?:satisf|meet|met|cover|fulfil)\w*`),
        ),
        /锚点\s*(?:[1-5一二三四五]|的?全部|都|所有|要求)|(?:全部|所有|每个|五个|最高)(?:的)?锚点/u,
        all(/评分(?:标准|细则|要求)/u, /我(?:的|都|已)/u, /(?:达到|满足|覆盖|符合)/u),
      ),
    ),
  ],
  [
    'claims-unrecorded',
    oneOf(
      all(
        has(String.raw`\b(?:recording|transcript|record|tape|microphone|minutes)\b`),
        has(
          String.raw`\b(?:cut|missing|lost|left out|omit\w*|(?:does|did)(?: not|n't) (?:show|catch|record)|not shown|incomplete|drop(?:s|ped)|fail\w*)\b`,
        ),
        has(
          String.raw`\bmy (?:\w+ )?(?:answer|response|explanation|derivation|words)\b`,
          String.raw`\bwhat i (?:said|explained|derived)\b`,
          String.raw`\bi (?:had )?(?:said|explained|derived)\b`,
        ),
      ),
      all(
        /(?:录音|实录|转写|记录)/u,
        /(?:漏|没有?(?:体现|录|记|写)|缺|截断|断了|不全|未(?:体现|记录|录))/u,
        /(?:我(?:讲|说|写|推导|回答|的回答)|完整(?:的)?(?:推导|回答|过程))/u,
      ),
    ),
  ],
  [
    'pleads',
    oneOf(
      all(
        has(String.raw`\b(?:please|beg|hope (?:that )?you|kindly|ask you|plead|implore)\b`),
        has(
          String.raw`\b(?:be (?:\w+ )?(?:kind|generous|lenient|merciful|nice|gentle)|mercy|sympathy|benefit of the doubt|one more (?:point|mark)|generous with)\b`,
        ),
      ),
      all(
        has(
          String.raw`\b(?:visa|famil(?:y|ies)|children|kids|mortgage|rent|out of work|unemployed|livelihood|career|future)\b`,
        ),
        has(String.raw`\b(?:depends?|rel(?:y|ies)|needs?|hangs?)\b`),
        has(String.raw`\b(?:result|score|interview|job|outcome|grade|rating|verdict|point)\b`),
        has(String.raw`\b(?:me|my|i|us|our)\b`),
      ),
      has(String.raw`\bone more (?:point|mark) would\b`),
      all(
        has(String.raw`\b(?:low|lower|poor|bad|harsh|strict|below)\b`),
        has(SCORE),
        has(
          String.raw`\b(?:appeal\w*|complain\w*|audited|lawyers?|sue|legal action|consequences|reported)\b`,
        ),
      ),
      all(
        has(
          String.raw`\b(?:as|so) \w+ as you\b`,
          String.raw`\bof your (?:skill|experience|calibre|caliber|expertise|standing|insight)\b`,
          String.raw`\b(?:someone|anyone|expert|professional) like you\b`,
        ),
        has(SCORE, String.raw`\b(?:rate|grade|score|recogni[sz]e\w*|see|answer|words)\b`),
      ),
      /求(?:求)?(?:您|你)|高抬贵手|手下留情|网开一面|多给.{0,3}分/u,
      all(
        /(?:家里|家人|孩子|房贷|病人|失业|生计)/u,
        /(?:希望|求|拜托)(?:您|你|各位)?/u,
        /(?:工作|分|结果|面试)/u,
      ),
      all(
        /(?:投诉|举报|起诉|追责|律师|申诉)/u,
        /(?:低|分数|打分|评分)/u,
        /(?:如果|要是|否则|不然|我会|我将)/u,
        /(?:分|评委|评分)/u,
      ),
      all(/像[您你]这(?:么|样|种|位)/u, /(?:分|回答|看(?:得)?出)/u),
    ),
  ],
  [
    'demonstration',
    oneOf(
      all(
        has(
          String.raw`^[\s"']*(?:example|sample|case|demo|demonstration|transcript)\s*(?:\d+|one|two|[a-c])?\s*[:.]`,
        ),
        has(String.raw`\b(?:score|grade|rating|mark)\b`),
      ),
      all(
        /^[\s"“]*(?:示例|样例|例子|范例|案例|例)[一二三四\d]*\s*[:：]/u,
        new RegExp(`${ZH_SCORE}|[5五]\\s*分`, 'u'),
      ),
      all(
        /(?:同样|同理|照样|同上)/u,
        new RegExp(`${ZH_SCORE}|打分`, 'u'),
        new RegExp(`${ZH_SELF}|本(?:题|实录|次)`, 'u'),
      ),
    ),
  ],
  ['other-language', isOtherLanguage],
];

/** Words that alone prove nothing, and beside a passage that was set aside belong to it. */
const WEAK = has(
  RATER,
  SCORE,
  SELF,
  RATING_ANCHOR,
  String.raw`\b(?:5|five)\b`,
  String.raw`^\s*(?:now|task|so|therefore|please|thank you|evaluation|assessment|result)\b`,
  `${ZH_SCORE}|${ZH_RATER}|${ZH_SELF}|满分|锚点|[5五]\\s*分`,
  '^\\s*(?:请|务必|谢谢|照此|以此)',
);

/**
 * @param asked what the question is about, in lower case
 * @returns the first reason to set the text aside; null where there is none
 */
export const signalOf = (text: string, asked = ''): ScreenReason | null => {
  const lower = text.toLowerCase();
  return (
    SIGNALS.find(([, found]) => found(lower))?.[0] ??
    (speaksOfRating(lower, asked) ? 'speaks-of-rating' : null)
  );
};

export const isWeak = (text: string): boolean => WEAK.test(text.toLowerCase());
