// What the chat page itself says. The assistant's sentences come from the assistant.
export const WORDS = {
  zh: {
    title: "听澜银行 · 听", open: "联系客服", close: "收起", send: "发送", attach: "发送图片或文件",
    placeholder: "请输入您的问题…", label: "输入消息", log: "对话记录", today: "今天", yesterday: "昨天",
    typing: (name) => `${name}正在输入`, starting: "正在连接…", offline: "网络断开，正在重新连接。您输入的内容不会丢失。", again: "立即重试",
    refused: "此网页未获准使用在线客服。",
    ahead: (n) => `正在为您接通人工客服，前面还有 ${n} 位`, next: "正在为您接通人工客服，您排在第 1 位",
    withAgent: (name) => `客服 ${name} 正在为您服务`, askPerson: "转人工", askPersonSays: "转人工",
    here: "人工客服在线", away: (when) => (when ? `人工客服休息中，${when} 回来` : "人工客服休息中"),
    hours: (hours, daily) => `人工服务时间：${daily ? "每天" : "工作日"} ${hours}。智能客服 24 小时在线，投诉和留言随时受理。`,
    waitingAway: (when) => `已记下您要找人工，同事${when ? `${when} ` : ""}上班后联系您`,
    sending: "发送中", sent: "已送达", read: "已读", failed: "未发送，点此重试", cancel: "取消",
    assistant: "小听", me: "我", person: "人工客服", system: "系统通知",
    large: "长辈版", normal: "标准版", bigger: "放大文字", smaller: "缩小文字", language: "English",
    newMessages: (n) => `${n} 条新消息`, toNew: "查看新消息", quick: "可以这样说",
    tooLong: (n, max) => `太长了：${n} / ${max} 字`, tooLarge: "文件太大，最大 10 MB", wrongType: "只能发送图片、PDF 或文本文件",
    upload: (name) => `正在发送 ${name}`, picture: (name) => `图片：${name}，点击放大`, download: (name) => `下载 ${name}`, notLoaded: "图片暂时打不开",
    dropHere: "松开即可发送文件", helpful: "有帮助", notHelpful: "没帮助", askHelpful: "这个回答有帮助吗？", thanksHelpful: "谢谢您的反馈",
    rate: "这次服务怎么样？", star: (n) => `${n} 星，${["很不满意", "不满意", "一般", "满意", "非常满意"][n - 1]}`,
    comment: "想多说一句？（选填）", giveRating: "提交评价", notNow: "以后再说", rated: "谢谢您的评价，我们会认真看。",
    hello: "您好，我是听澜银行的智能客服小听。有什么可以帮您？您可以直接说，也可以点下面的常用服务。随时说“转人工”，我会请同事接待您。",
    plainHello: "您好，我是小听。您要办什么？找真人，就说“转人工”。",
    starters: ["银行卡丢了，怎么挂失？", "转账没到账怎么办", "我要投诉", "查我的账户", "转人工"],
    problems: {
      "slow-down": "发送太快，请稍候再发", "message-too-long": "消息过长，最多 2000 字", "empty-message": "请输入内容",
      "attachment-too-large": "文件太大，最大 10 MB", "body-too-large": "文件太大，最大 10 MB", "attachment-type": "只能发送图片、PDF 或文本文件",
      "attachment-name": "文件名与内容不符，请检查文件", "attachment-declared-type": "文件类型与内容不符，请检查文件", "too-many-files": "今天发送的文件太多了，请明天再发",
    },
    failedProblem: "没有发送成功，请重试",
  },
  en: {
    title: "Tinglan Bank · Ting", open: "Contact us", close: "Close", send: "Send", attach: "Send a picture or file",
    placeholder: "Type your question…", label: "Message", log: "Conversation", today: "Today", yesterday: "Yesterday",
    typing: (name) => `${name} is typing`, starting: "Connecting…", offline: "Connection lost, trying again. Nothing you typed is lost.", again: "Try now",
    refused: "This page may not use the chat.",
    ahead: (n) => `Finding a colleague for you: ${n} ahead of you`, next: "Finding a colleague for you: you are next",
    withAgent: (name) => `${name} is helping you now`, askPerson: "Talk to a person", askPersonSays: "Talk to a person",
    here: "Our people are here", away: (when) => (when ? `Our people are back on ${when}` : "Our people are away"),
    hours: (hours, daily) => `Our people answer ${hours} ${daily ? "every day" : "on working days"}. The assistant is here around the clock, and complaints and messages are always taken.`,
    waitingAway: (when) => `Noted: a colleague will get back to you ${when ? `after ${when}` : "soon"}`,
    sending: "Sending", sent: "Delivered", read: "Read", failed: "Not sent. Tap to try again", cancel: "Cancel",
    assistant: "Ting", me: "Me", person: "Colleague", system: "Notice",
    large: "Easy view", normal: "Standard view", bigger: "Larger text", smaller: "Smaller text", language: "中文",
    newMessages: (n) => `${n} new message${n === 1 ? "" : "s"}`, toNew: "Show new messages", quick: "You could say",
    tooLong: (n, max) => `Too long: ${n} of ${max} characters`, tooLarge: "The file is too large: 10 MB at most", wrongType: "Only pictures, PDF and text files can be sent",
    upload: (name) => `Sending ${name}`, picture: (name) => `Picture: ${name}. Press to enlarge`, download: (name) => `Download ${name}`, notLoaded: "The picture cannot be shown now",
    dropHere: "Let go to send the file", helpful: "Helpful", notHelpful: "Not helpful", askHelpful: "Was this helpful?", thanksHelpful: "Thank you for telling us",
    rate: "How did we do?", star: (n) => `${n} star${n === 1 ? "" : "s"}, ${["very poor", "poor", "fair", "good", "very good"][n - 1]}`,
    comment: "Anything to add? (optional)", giveRating: "Send rating", notNow: "Not now", rated: "Thank you. We read every rating.",
    hello: "Hello, I am Ting, Tinglan Bank's assistant. How can I help? Just type, or tap one of these. Say “person” at any time and I will get a colleague.",
    plainHello: "Hello, I'm Ting. What do you need? For a person, say “person”.",
    starters: ["How do I report a lost card?", "My transfer has not arrived", "I want to complain", "Show my accounts", "Talk to a person"],
    problems: {
      "slow-down": "You are writing too fast, please wait a moment", "message-too-long": "The message is too long: 2,000 characters at most", "empty-message": "Please write something",
      "attachment-too-large": "The file is too large: 10 MB at most", "body-too-large": "The file is too large: 10 MB at most", "attachment-type": "Only pictures, PDF and text files can be sent",
      "attachment-name": "The file's name does not fit its content", "attachment-declared-type": "The file's type does not fit its content", "too-many-files": "That were many files today; please try again tomorrow",
    },
    failedProblem: "It could not be sent, please try again",
  },
};

// What the customer chose before, then what the page asks for, then the browser's own language.
export function preferredLanguage(...wishes) {
  const wish = wishes.find((each) => each === "zh" || each === "en");
  return wish || ((navigator.language || "zh").toLowerCase().startsWith("zh") ? "zh" : "en");
}

export function problemWords(words, problem) {
  return words.problems[(problem?.type || "").replace("/problems/", "")] || words.failedProblem;
}
