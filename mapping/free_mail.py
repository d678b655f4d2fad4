"""Mail hosts open to everybody: an address there says nothing about the company behind a person."""

_HOSTS = """
126.com 139.com 163.com 189.cn abv.bg aim.com alice.it aliceadsl.fr aol.com aol.de arcor.de att.net bell.net
bellsouth.net bigpond.com bigpond.net.au bk.ru bluewin.ch bol.com.br btinternet.com btopenworld.com centrum.cz
charter.net comcast.net cox.net daum.net duck.com earthlink.net email.com email.cz email.de eircom.net fastmail.com
fastmail.fm free.fr freemail.hu freenet.de frontier.com gmail.com gmx.at gmx.ch gmx.com gmx.de gmx.fr gmx.net
googlemail.com hanmail.net hey.com hotmail.be hotmail.ca hotmail.ch hotmail.co.jp hotmail.co.uk hotmail.com
hotmail.com.br hotmail.de hotmail.es hotmail.fr hotmail.it hotmail.nl hushmail.com icloud.com ig.com.br inbox.com
inbox.lv inbox.ru interia.pl internode.on.net juno.com kpnmail.nl laposte.net libero.it list.ru live.be live.ca
live.cn live.co.uk live.com live.com.au live.de live.dk live.fr live.ie live.it live.nl live.no live.se mac.com
mail.com mail.de mail.dk mail.ee mail.ru mailbox.org me.com msn.com naver.com neuf.fr ntlworld.com o2.pl online.de
online.no onet.pl optonline.net optusnet.com.au orange.fr outlook.at outlook.be outlook.co.uk outlook.com
outlook.com.au outlook.com.br outlook.de outlook.dk outlook.es outlook.fr outlook.ie outlook.in outlook.it
planet.nl pm.me posteo.de proton.me protonmail.ch protonmail.com qq.com rediffmail.com rocketmail.com rogers.com
sapo.pt sbcglobal.net seznam.cz sfr.fr shaw.ca sina.com skynet.be sky.com sohu.com sympatico.ca t-online.de
talktalk.net telenet.be telia.com telus.net terra.com.br tin.it tiscali.it tuta.com tutanota.com tutamail.com
uol.com.br verizon.net videotron.ca virgilio.it virgin.net virginmedia.com vodafone.de wanadoo.fr web.de
windstream.net wp.pl xs4all.nl xtra.co.nz ya.ru yahoo.ca yahoo.co.id yahoo.co.in yahoo.co.jp yahoo.co.uk yahoo.com
yahoo.com.ar yahoo.com.au yahoo.com.br yahoo.com.mx yahoo.com.sg yahoo.de yahoo.es yahoo.fr yahoo.ie yahoo.in
yahoo.it yahoo.se yandex.com yandex.ru yeah.net ymail.com ziggo.nl zoho.com zohomail.com
"""

FREE_MAIL = frozenset(_HOSTS.split())
