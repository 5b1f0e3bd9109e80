import re
B='bank/questions/'
def sub(q, pairs):
    for l,a,b in pairs:
        p=f'{B}{q}/{l}.md'; s=open(p).read()
        assert s.count(a)==1,(q,l,a,s.count(a)); open(p,'w').write(s.replace(a,b))
noise=r'$x_t = \sqrt{\bar\alpha_t}\,x_0 + \sqrt{1-\bar\alpha_t}\,\epsilon$'
score=r'$\nabla \log p(x_t) = -\mathbb{E}[\epsilon \mid x_t]\,/\sqrt{1-\bar\alpha_t}$'
v=r'$v = \sqrt{\bar\alpha}\,\epsilon - \sqrt{1-\bar\alpha}\,x_0$'
sub('generative/ddpm-objective',[('zh','x_t = √ᾱ_t·x₀ + √(1−ᾱ_t)·ε',noise),('en','x_t = √ᾱ_t·x₀ + √(1−ᾱ_t)·ε',noise),
 ('zh','∇log p(x_t) = −E[ε|x_t]/√(1−ᾱ_t)',score),('en','∇log p(x_t) = −E[ε|x_t]/√(1−ᾱ_t)',score),
 ('zh','v = √ᾱ·ε − √(1−ᾱ)·x₀',v),('en','v = √ᾱ·ε − √(1−ᾱ)·x₀',v)])
sub('finetuning/dpo',[(l,a,b) for l in ('zh','en') for a,b in (
 ('max E[r] − β·KL(π ‖ π_ref)',r'$\max\,\mathbb{E}[r] - \beta\,\mathrm{KL}(\pi \,\|\, \pi_\mathrm{ref})$'),
 ('π*(y|x) = π_ref(y|x)·exp(r(x, y)/β)/Z(x)',r'$\pi^*(y \mid x) = \pi_\mathrm{ref}(y \mid x)\,e^{r(x,y)/\beta} / Z(x)$'),
 ('r = β·log(π*/π_ref) + β·log Z(x)',r'$r = \beta \log (\pi^*/\pi_\mathrm{ref}) + \beta \log Z(x)$'),
 ('−log σ(β·[log π(y_w)/π_ref(y_w) − log π(y_l)/π_ref(y_l)])',r'$-\log \sigma\!\left(\beta \log \frac{\pi(y_w)}{\pi_\mathrm{ref}(y_w)} - \beta \log \frac{\pi(y_l)}{\pi_\mathrm{ref}(y_l)}\right)$'))])
sub('generative/vae-elbo',[('zh','log p(x) = ELBO + KL(q(z|x) ‖ p(z|x))',r'$\log p(x) = \mathrm{ELBO} + \mathrm{KL}(q(z \mid x) \,\|\, p(z \mid x))$'),
 ('zh','ELBO = E_q[log p(x|z)] − KL(q(z|x) ‖ p(z))',r'$\mathrm{ELBO} = \mathbb{E}_q[\log p(x \mid z)] - \mathrm{KL}(q(z \mid x) \,\|\, p(z))$'),
 ('zh','½(μ² + σ² − 1 − ln σ²)',r'$\tfrac12(\mu^2 + \sigma^2 - 1 - \ln \sigma^2)$')])
s=open(B+'generative/vae-elbo/en.md').read()
for a,b in (('log p(x) = ELBO + KL(q(z|x) ‖ p(z|x))',r'$\log p(x) = \mathrm{ELBO} + \mathrm{KL}(q(z \mid x) \,\|\, p(z \mid x))$'),('ELBO = E_q[log p(x|z)] − KL(q(z|x) ‖ p(z))',r'$\mathrm{ELBO} = \mathbb{E}_q[\log p(x \mid z)] - \mathrm{KL}(q(z \mid x) \,\|\, p(z))$'),('½(μ² + σ² − 1 − ln σ²)',r'$\tfrac12(\mu^2 + \sigma^2 - 1 - \ln \sigma^2)$')):
    assert s.count(a)==1,(a,s.count(a)); s=s.replace(a,b)
open(B+'generative/vae-elbo/en.md','w').write(s)
att=r'$\mathrm{Attention}(Q, K, V) = \mathrm{softmax}\!\left(QK^\top / \sqrt{d_k}\right) V$'
sub('transformers/attention-mechanics',[(l,'Attention(Q, K, V) = softmax(QKᵀ/√d_k)·V',att) for l in ('zh','en')])

P={
'generative/gan-vs-diffusion':("""请以语音合成为例，比较对抗式声码器与扩散式声码器：训练时各自在最小化什么，合成一秒音频各要调用几次网络。设备上只有 20 毫秒的预算时你选哪个，追求最自然的音质时又选哪个，还缺什么证据？（把答案里的图像换成波形，其余不变；锚点 4 的选型条件换成延迟与音质。）""",
"""Take speech synthesis and compare an adversarial vocoder with a diffusion vocoder: what does each minimise in training, and how many network calls does a second of audio take? Which would you choose with 20 milliseconds on a device, which for the most natural sound, and what evidence is still missing? (Read waveforms for images in the answer; in anchor 4 the conditions are latency and quality. The rest stays.)"""),
'generative/diffusion-pros-cons':("""财务同事算了一笔账：按论文里的 1000 步，每张商品图的算力成本是现有 GAN 服务的几百倍，建议放弃扩散方案。请你回复：这笔账哪里对、哪里过时，扩散带来的好处值不值得，你会先测哪几个数再决定？（锚点不变。“上千次”的回应同样要区分采样器与蒸馏。）""",
"""A colleague from finance has done the sum: at the 1000 steps of the paper, every product image costs hundreds of times what today's GAN service does, so drop diffusion. Answer the memo: what in it is right, what is dated, is the gain worth the cost, and which figures would you measure before deciding? (Anchors unchanged; the answer to "a thousand steps" again separates solvers from distillation.)"""),
'prompting/prompt-generalization':("""客服工单分类靠一段提示词，在团队写的四个模板上准确率 92%。上线后按用户的说法分组，最好的一组 90%，最差的一组 61%。平均看还有 84%，产品说可以接受。你怎么看这几个数，会先做什么，怎样证明最差的一组真的变好而不是碰巧？（锚点不变，“用户的各种说法”即这里的分组。）""",
"""A prompt sorts support tickets and reaches 92 per cent on the four templates that the team wrote. In service, grouped by how customers phrase things, the best group has 90 per cent and the worst 61; the mean is 84 and product calls that acceptable. What do you make of these figures, what do you do first, and how do you show that the worst group got better and not lucky? (Anchors unchanged; phrasings are the groups here.)"""),
'training/knowledge-injection':("""法务有 300 份内部制度，每季度修订一次。供应商报价：把制度改写成问答对，微调一轮，保证模型“学会”，修订时再微调。你会签吗？请说明依据，给出你的替代方案，并写出验收条款里该测的几项。（锚点不变；手册换成制度，更新频率是每季度。）""",
"""Legal has 300 internal policies, revised every quarter. A vendor offers to rewrite them as question and answer pairs, fine-tune once, guarantee that the model "has learnt" them, and fine-tune again after each revision. Would you sign? Give your reasons and your alternative, and say what the acceptance clause should measure. (Anchors unchanged; read policies for the manual, with quarterly updates.)"""),
'reasoning/chain-of-thought':("""团队规定所有提示词末尾都加“请一步一步思考”，三个月后账单是原来的三倍，有的任务变准了，有的反而变差。请你评审这条规定：它为什么有时有用，为什么有时有害，哪些任务该保留、哪些该换成自洽或搜索，怎样用同样的花费比较？（锚点不变。）""",
"""The team has ruled that every prompt ends with "let's think step by step". After three months the bill has tripled; some tasks got better and some worse. Review the rule: why does it help at times and harm at others, which tasks should keep it, which should move to self-consistency or search, and how would you compare at equal cost? (Anchors unchanged.)"""),
'efficiency/quantized-pipeline-review':("""同一段加载代码换成 Llama 2 13B（40 层，隐藏维 5120，前馈 13824，40 个 KV 头，词表 32000），显卡 24 GB，注释写着“模型约 13 GB”“双重量化：再压一遍权重”“nf4：归一化浮点”，其余各行不变。逐行评审，并估算 4096 个 token 的对话能同时开几路。（16 位约 26 GB；4 比特线性层 6.5 GB，加嵌入与输出头共 7.2 GB；KV 缓存每个 token 800 KiB，一路 3.4 GB；留出 1.5 GB，约四路。锚点 3 与 5 里的 4 GB、9 GB、14.5 GB 换成 6.5 GB、13 GB、26 GB。）""",
"""The same code loads Llama 2 13B (40 layers, hidden 5120, feed-forward 13824, 40 key-value heads, vocabulary 32,000) on a 24 GB card. Its comments say "the model is about 13 GB", "double quantisation: compresses the weights once more" and "nf4: normalised float"; the other lines stay. Review it line by line, and estimate how many conversations of 4096 tokens fit at a time. (About 26 GB in 16 bits; 6.5 GB of 4-bit linear layers, 7.2 GB with embedding and head; a token's cache is 800 KiB, a conversation 3.4 GB; with 1.5 GB to spare about four. In anchors 3 and 5 read 6.5, 13 and 26 GB for 4, 9 and 14.5.)"""),
'efficiency/mixed-precision':("""甲把训练脚本里的模型直接 `.half()`，第 200 步损失变成 NaN。乙改用 bf16，不再出 NaN，但验证损失比 fp32 略高。丙说：“反正和 int8 一样，都是压缩。”请分别解释三件事：甲缺了什么，乙的差距可能从哪里来，丙错在哪里；再给出你会用的配置。（锚点不变。）""",
"""A calls `.half()` on the model in the training script, and at step 200 the loss is NaN. B switches to bf16; no more NaN, but the validation loss is slightly above fp32. C says, "It is compression, like int8." Explain all three: what A lacks, where B's gap may come from, and where C is wrong; then give the configuration that you would use. (Anchors unchanged.)"""),
'encoders/pretrained-encoders':("""用 `bert-base-chinese` 的分词器和模型处理一个批次的两句话：“今天发烧”和“昨天开始咳嗽，夜里加重”。说出输出张量的形状和每一维的含义、哪些位置是填充、掩码起什么作用；要按“是否急症”分类，你接下来怎么做？再比较它与 GPT 类模型在这件事上的长短。（按字切分，加 [CLS] 和 [SEP] 后是 6 和 13，形状为 2 × 13 × 768，第一句有 7 个填充位。锚点不变。）""",
"""The tokenizer and model of `bert-base-chinese` get a batch of two sentences, “今天发烧” (fever today) and “昨天开始咳嗽，夜里加重” (cough since yesterday, worse at night). State the shape of the output and what each dimension means, which positions are padding and what the mask does. To classify "urgent or not", what comes next? And how does it compare with a GPT-like model here? (It cuts by character; with [CLS] and [SEP] there are 6 and 13, the shape is 2 × 13 × 768, and the first has 7 of padding. Anchors unchanged.)"""),
'medical/medical-application-case':("""院长已经定了场景：用大模型起草出院小结，两周后请你向医务处、信息科和伦理委员会说明。请讲清楚：省的是谁的时间，用哪些数据、怎样去标识，错了会伤到谁，怎样一步步证明它有用且安全，出了什么情况就停？（锚点不变；锚点 2 的“具体场景”已给定，要听的是方案。）""",
"""The hospital's director has settled the case: a large model drafts discharge summaries, and in two weeks you explain it to medical affairs, IT and the ethics board. Whose time does it save, with which data and how de-identified, whom does an error hurt, how do you show step by step that it is useful and safe, and what makes you stop? (Anchors unchanged; the scenario of anchor 2 is given, so listen for the plan.)"""),
'ethics/privacy-and-ethics':("""一家互联网问诊平台想用用户的聊天记录和手环数据训练健康助手，用户协议里有一句“数据可用于改进服务”。业务负责人问：这句话够不够？请说明哪些数据是敏感的、还缺什么，用哪些技术措施、各有什么代价，哪些做法你会拒绝。（锚点不变；三家医院换成一个平台。）""",
"""An online consultation platform wants to train a health assistant on users' chats and wristband data; its terms say that "data may be used to improve the service". The business lead asks whether that sentence is enough. Say which data are sensitive and what is missing, which technical measures you would use and what each costs, and what you would refuse to do. (Anchors unchanged; one platform instead of three hospitals.)"""),
'collaboration/cross-disciplinary-work':("""请讲一次真实的经历：一件事要做成，必须由一位不归你管、专业也与你不同的人改变原来的做法。对方为什么不愿意，你是怎样弄明白的，具体做了什么，最后怎样？有没有你后来承认对方是对的地方？（锚点不变；“协调各方”在这里是你与那一位。）""",
"""Tell me about a real time when something could only succeed if a person of another profession, who did not report to you, changed how they worked. Why were they unwilling, how did you find out, what exactly did you do, and how did it end? Was there a point on which you came to agree with them? (Anchors unchanged; the parties are you and that person.)"""),
'crisis/hospital-system-down':("""你负责医院的 AI 读片服务。周五晚十点，影像系统有一批检查打不开，共享盘上陆续出现改了后缀的文件，而你的服务仍在给急诊返回结果。接下来的一个小时、一夜和周末，你各做什么，谁来拍板？（这里攻击的迹象更明显，锚点 4 的“区分故障与攻击”要听怎样保全证据和隔离；其余不变。）""",
"""You run the AI reading of images in a hospital. On Friday at ten in the evening a batch of studies will not open, files with changed extensions appear on the shared drive, and your service is still returning results to the emergency department. What do you do in the next hour, during the night and over the weekend, and who decides? (Signs of an attack are stronger here, so in anchor 4 listen for isolation and evidence; the rest stays.)"""),
}
for q,(zh,en) in P.items():
    for l,h,t in (('zh','平行题',zh),('en','Parallel form',en)):
        p=f'{B}{q}/{l}.md'; s=open(p).read().rstrip()
        assert f'## {h}' not in s
        open(p,'w').write(s+f'\n\n## {h}\n\n{t}\n')
