// SPDX-License-Identifier: Apache-2.0
#include "engine/safety/languages.hpp"

#include <algorithm>
#include <array>

namespace befriend {
namespace {

struct Sentences {
    std::string_view language, text;
};

// "Please talk to a person now: call your local emergency number, or go to someone near you.
// Helplines in your country and language: findahelpline.com"
constexpr auto table = std::to_array<Sentences>({
    {"ar",
     "من فضلك تحدّث مع شخص الآن: اتصل برقم الطوارئ في بلدك أو اذهب إلى شخص قريب منك. خطوط المساعدة "
     "في بلدك: findahelpline.com"},
    {"bn",
     "অনুগ্রহ করে এখনই কারও সঙ্গে কথা বলুন: আপনার দেশের জরুরি নম্বরে ফোন করুন বা কাছের কারও কাছে যান। "
     "আপনার দেশের সহায়তা লাইন: findahelpline.com"},
    {"de",
     "Bitte sprich jetzt mit einem Menschen: Ruf den Notruf an oder geh zu jemandem in deiner "
     "Nähe. Hilfe in deinem Land: findahelpline.com"},
    {"es",
     "Por favor, habla ahora con una persona: llama al número de emergencias o ve con alguien "
     "cercano. Líneas de ayuda en tu país: findahelpline.com"},
    {"fa",
     "لطفاً همین حالا با یک نفر صحبت کن: با شمارهٔ اورژانس کشورت تماس بگیر یا پیش کسی برو که نزدیک "
     "توست. خط‌های کمک در کشور تو: findahelpline.com"},
    {"fr",
     "S'il te plaît, parle à quelqu'un maintenant : appelle le numéro d'urgence ou va vers une "
     "personne proche. Lignes d'écoute dans ton pays : findahelpline.com"},
    {"hi",
     "कृपया अभी किसी से बात करें: अपने देश के आपातकालीन नंबर पर कॉल करें या पास के किसी व्यक्ति के पास जाएँ। आपके "
     "देश की हेल्पलाइन: findahelpline.com"},
    {"id",
     "Tolong bicara dengan seseorang sekarang: hubungi nomor darurat setempat atau datangi orang "
     "di dekatmu. Layanan bantuan di negaramu: findahelpline.com"},
    {"it",
     "Per favore, parla con una persona adesso: chiama il numero di emergenza o vai da qualcuno "
     "vicino a te. Linee di aiuto nel tuo Paese: findahelpline.com"},
    {"ja",
     "今すぐ誰かに話してください。お住まいの国の緊急番号に電話するか、近くの人のところへ行ってくだ"
     "さい。各国の相談窓口: findahelpline.com"},
    {"ko",
     "지금 누군가에게 이야기해 주세요. 거주 국가의 긴급 번호로 전화하거나 가까운 사람에게 가세요. "
     "나라별 상담 전화: findahelpline.com"},
    {"nl",
     "Praat nu alsjeblieft met een mens: bel het alarmnummer of ga naar iemand in de buurt. "
     "Hulplijnen in jouw land: findahelpline.com"},
    {"pl",
     "Proszę, porozmawiaj teraz z kimś: zadzwoń na numer alarmowy albo idź do kogoś bliskiego. "
     "Telefony zaufania w twoim kraju: findahelpline.com"},
    {"pt",
     "Por favor, fala agora com uma pessoa: liga para o número de emergência ou vai ter com alguém "
     "perto de ti. Linhas de apoio no teu país: findahelpline.com"},
    {"ro",
     "Te rog, vorbește acum cu cineva: sună la numărul de urgență sau mergi la o persoană "
     "apropiată. Linii de ajutor în țara ta: findahelpline.com"},
    {"ru",
     "Пожалуйста, поговорите с кем-нибудь прямо сейчас: позвоните в экстренную службу или идите к "
     "человеку рядом. Телефоны доверия в вашей стране: findahelpline.com"},
    {"sv",
     "Prata med en människa nu: ring nödnumret eller gå till någon i närheten. Hjälplinjer i ditt "
     "land: findahelpline.com"},
    {"sw",
     "Tafadhali zungumza na mtu sasa: piga simu ya dharura au nenda kwa mtu aliye karibu. Simu za "
     "msaada katika nchi yako: findahelpline.com"},
    {"th",
     "โปรดคุยกับใครสักคนตอนนี้: โทรหมายเลขฉุกเฉินหรือไปหาคนที่อยู่ใกล้คุณ สายด่วนในประเทศของคุณ: "
     "findahelpline.com"},
    {"tl",
     "Pakiusap, makipag-usap sa isang tao ngayon: tumawag sa emergency number o pumunta sa taong "
     "malapit sa iyo. Mga helpline sa iyong bansa: findahelpline.com"},
    {"tr",
     "Lütfen şimdi biriyle konuş: acil numarayı ara ya da yakınındaki birinin yanına git. "
     "Ülkendeki yardım hatları: findahelpline.com"},
    {"uk",
     "Будь ласка, поговоріть із кимось просто зараз: зателефонуйте до екстреної служби або йдіть "
     "до людини поруч. Телефони довіри у вашій країні: findahelpline.com"},
    {"ur",
     "براہِ کرم ابھی کسی سے بات کریں: اپنے ملک کے ہنگامی نمبر پر کال کریں یا قریبی شخص کے پاس "
     "جائیں۔ آپ کے ملک کی ہیلپ لائن: findahelpline.com"},
    {"vi",
     "Xin hãy nói chuyện với ai đó ngay bây giờ: gọi số khẩn cấp nơi bạn ở hoặc đến với người ở "
     "gần. Đường dây hỗ trợ ở nước bạn: findahelpline.com"},
    {"zh",
     "请现在就和一个人谈谈：拨打当地的紧急电话，或去找身边的人。各国求助热线：findahelpline.com"},
});

}  // namespace

std::string_view crisis_sentences(std::string_view language) {
    const auto found = std::find_if(table.begin(), table.end(),
                                    [&](const Sentences& s) { return s.language == language; });
    return found == table.end() ? std::string_view() : found->text;
}

}  // namespace befriend
