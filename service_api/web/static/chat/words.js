// What the chat page itself says. The assistant's sentences come from the assistant.
export const WORDS = {
  zh: {
    title: "听澜银行 · 听", subtitle: "智能客服 24 小时在线", open: "联系客服", close: "收起", send: "发送",
    placeholder: "请输入您的问题…", label: "输入消息", log: "对话记录", typing: "正在输入", today: "今天",
    connecting: "正在连接…", offline: "网络断开，正在重新连接。您输入的内容不会丢失。", back: "已恢复连接",
    queue: (n) => `正在为您接通人工客服，前面还有 ${n} 位`, next: "马上为您接通人工客服", agent: (name) => `客服 ${name} 正在为您服务`,
    sending: "发送中", sent: "已送达", failed: "未发送，点此重试", assistant: "小听", me: "我", person: "人工客服",
    system: "系统通知", large: "大字版", normal: "标准版", language: "English", newMessages: (n) => `${n} 条新消息`,
    tooLong: (n, max) => `太长了：${n} / ${max} 字`, person_button: "转人工", welcome_hint: "常用服务",
    hello: "您好，我是听澜银行的智能客服小听。有什么可以帮您？您可以直接说，也可以点下面的常用服务。随时说“转人工”，我会请同事接待您。",
    starters: ["银行卡丢了，怎么挂失？", "转账没到账怎么办", "我要投诉", "查我的账户", "转人工"],
  },
  en: {
    title: "Tinglan Bank · Ting", subtitle: "Here for you around the clock", open: "Contact us", close: "Close", send: "Send",
    placeholder: "Type your question…", label: "Message", log: "Conversation", typing: "typing", today: "Today",
    connecting: "Connecting…", offline: "Connection lost, trying again. Nothing you typed is lost.", back: "Connected again",
    queue: (n) => `Finding a colleague for you: ${n} ahead of you`, next: "A colleague will be with you in a moment",
    agent: (name) => `${name} is helping you now`,
    sending: "Sending", sent: "Delivered", failed: "Not sent. Tap to try again", assistant: "Ting", me: "Me", person: "Colleague",
    system: "Notice", large: "Large text", normal: "Normal text", language: "中文", newMessages: (n) => `${n} new messages`,
    tooLong: (n, max) => `Too long: ${n} of ${max} characters`, person_button: "Talk to a person",
    welcome_hint: "Frequent wishes",
    hello: "Hello, I am Ting, Tinglan Bank's assistant. How can I help? Just type, or tap one of these. Say “person” at any time and I will get a colleague.",
    starters: ["How do I report a lost card?", "My transfer has not arrived", "I want to complain", "Show my accounts", "Talk to a person"],
  },
};

export function preferredLanguage(saved) {
  if (saved === "zh" || saved === "en") return saved;
  return (navigator.language || "zh").toLowerCase().startsWith("zh") ? "zh" : "en";
}
