import { count } from './count.js';
import type { Explained, Messages } from './en.js';

const reconnecting = (what: string): Explained => ({ what, todo: null });
const linkAgain = (
  what: string,
  todo = 'Escaneie o código QR abaixo ou peça um código para digitar.',
): Explained => ({
  what,
  todo,
});

export const ptBr: Messages = {
  title: 'Contatos do WhatsApp',
  skip: 'Pular para o conteúdo',

  nav: {
    label: 'Principal',
    overview: 'Visão geral',
    contacts: 'Contatos',
    sessions: 'Contas',
    session: 'Conta',
    signOut: 'Sair',
  },

  common: {
    cancel: 'Cancelar',
    back: 'Voltar',
    copy: 'Copiar',
    copied: 'Copiado',
    copyFailed: 'Não copiado: selecione o texto e copie.',
    loading: 'Carregando…',
    unknown: 'desconhecido',
    details: 'Detalhes',
    secondsLeft: (seconds) => count(seconds, 'resta um segundo', 'restam # segundos'),
    timeLeft: (minutes) => `restam ${minutes} minutos`,
  },

  fresh: {
    live: 'Ao vivo',
    liveHint: 'As mudanças no celular aparecem aqui assim que acontecem.',
    polling: 'Atualizado a cada poucos segundos',
    pollingHint: 'O fluxo de mudanças não está disponível; a página consulta a cada poucos segundos.',
    offline: 'Desatualizado',
    checked: (ago) => `dados de ${ago}`,
  },

  key: {
    title: 'Informe uma chave',
    intro:
      'Este serviço exige uma chave de API. A página só a envia a este serviço e a esquece quando você fecha esta aba, a menos que você escolha outra opção.',
    label: 'Chave de API',
    placeholder: 'wac_…',
    submit: 'Continuar',
    invalid: 'O serviço não conhece esta chave: ela foi digitada errado, expirou ou foi apagada.',
    empty: 'Informe uma chave. Quem administra o serviço pode criar uma para você.',
    scopeTitle: 'Esta chave não pode ver isto',
    scope:
      'Esta chave não permite isto. Peça a quem administra o serviço uma chave que permita ou use outra chave.',
    session: (name) => `Ela não vale para a conta “${name}”. Escolha outra conta ou use outra chave.`,
    nothing: 'A chave não pode ler contatos nem ver contas, e é só isso que esta página mostra.',
    other: 'Usar outra chave',
  },

  settings: {
    keys: 'Chaves',
    webhooks: 'Webhooks',
    retry: 'Tentar de novo',
  },

  device: {
    remember: 'Lembrar neste dispositivo',
    rememberHint: 'Todas as abas usam a chave até você sair. Não use em computadores compartilhados.',
  },

  status: {
    linking: 'Aguardando a conexão de um aparelho',
    connecting: 'Conectando ao WhatsApp',
    open: 'Conectado',
    disconnected: 'Sem conexão',
    logged_out: 'Desconectado da conta',
  },
  well: 'Tudo em ordem. As mudanças no celular chegam em um segundo.',
  nextTry: 'Próxima tentativa:',

  reasons: {
    waiting_for_whatsapp: { what: 'O WhatsApp está preparando um código.', todo: 'Aguarde um momento.' },
    waiting_for_scan: {
      what: 'Nenhuma conta está conectada aqui ainda.',
      todo: 'Escaneie o código QR abaixo com o celular ou peça um código para digitar.',
    },
    waiting_for_phone: {
      what: 'Um código foi digitado no celular. Falta o celular concluir a conexão.',
      todo: 'Se o celular mostrar um erro, o código foi digitado errado. Peça outro código.',
    },
    waiting_for_code_entry: {
      what: 'O código espera ser digitado no celular.',
      todo: 'No celular, toque na notificação ou digite o código como descrito abaixo.',
    },
    passkey_assertion: {
      what: 'Esta conta é protegida por uma chave de acesso, e o WhatsApp a pede.',
      todo: 'Confirme com a chave de acesso, como descrito abaixo.',
    },
    passkey_waiting: {
      what: 'A chave de acesso foi confirmada; o celular conclui a conexão.',
      todo: 'Mantenha o WhatsApp aberto no celular.',
    },
    passkey_compare: {
      what: 'O WhatsApp quer que uma pessoa compare dois códigos.',
      todo: 'Compare o código abaixo com o do celular.',
    },
    link_not_begun: linkAgain('Ninguém escaneou o último código a tempo; aqui está um novo.'),
    link_connection_lost: linkAgain('A conexão caiu antes de a conta ficar conectada.'),
    link_wrong_qr: linkAgain(
      'O celular escaneou um código que tinha acabado de ser trocado.',
      'Escaneie o código atual, abaixo.',
    ),
    link_signature_invalid: linkAgain(
      'A conta não assinou este dispositivo, por isso ele não foi conectado.',
      'Conecte de novo. Se acontecer outra vez, atualize o WhatsApp no celular.',
    ),
    link_code_not_completed: linkAgain(
      'O celular não concluiu a conexão; talvez o código tenha sido digitado errado.',
      'Peça um novo código ou escaneie o código QR.',
    ),
    link_code_refused: linkAgain(
      'O WhatsApp não aceitou o código digitado.',
      'Peça um novo código ou escaneie o código QR.',
    ),
    link_passkey_cancelled: linkAgain('A confirmação com a chave de acesso foi cancelada.'),
    link_passkey_timed_out: linkAgain(
      'A chave de acesso não foi confirmada a tempo.',
      'Conecte de novo, com a chave de acesso à mão.',
    ),
    link_passkey_unanswered: linkAgain(
      'O WhatsApp aceitou a chave de acesso, mas o celular não respondeu.',
      'Abra o WhatsApp no celular, veja se ele está online e conecte de novo.',
    ),
    link_passkey_not_compared: linkAgain('Ninguém confirmou a tempo que os códigos são iguais.'),
    link_passkey_failed: linkAgain('A confirmação com a chave de acesso falhou.'),
    link_passkey_not_completed: linkAgain(
      'A chave de acesso foi confirmada, mas o celular não concluiu a conexão.',
    ),
    linked_elsewhere: {
      what: 'Este número já está conectado em outro lugar deste serviço, por isso foi desconectado aqui.',
      todo: 'Conecte outro número aqui ou desconecte antes este número lá.',
    },
    unlinked_on_request: linkAgain('A conta foi desconectada a pedido. Os contatos ficam.'),
    unlinked_by_phone: linkAgain('O celular desconectou este aparelho. Os contatos ficam.'),
    phone_replaced: linkAgain(
      'O celular ao qual este aparelho estava ligado não está mais na conta. Os contatos ficam.',
    ),
    devices_not_supported: {
      what: 'A conta não pode conectar aparelhos.',
      todo: 'Atualize o WhatsApp no celular e conecte de novo.',
    },
    account_banned: {
      what: 'O WhatsApp baniu a conta.',
      todo: 'Abra o WhatsApp no celular: ele diz como pedir uma análise. Depois reinicie este serviço.',
    },
    account_banned_for_now: {
      what: 'O WhatsApp baniu a conta por algum tempo.',
      todo: 'Abra o WhatsApp no celular: ele diz por quanto tempo. Depois reinicie este serviço.',
    },
    reconnecting: reconnecting('O WhatsApp pediu uma nova conexão.'),
    other_program_connected: {
      what: 'Outro programa se conectou com o mesmo vínculo e tomou o lugar deste.',
      todo: 'Pare o outro programa, ou desconecte este aparelho no celular e conecte-o de novo.',
    },
    client_outdated: {
      what: 'O WhatsApp exige uma versão mais nova do cliente.',
      todo: 'Em geral o serviço a encontra sozinho. Se não conectar em algumas horas, atualize-o.',
    },
    rate_limited: reconnecting(
      'O WhatsApp encerrou a conexão por excesso de solicitações. O serviço tentará de novo em alguns minutos.',
    ),
    connection_refused: reconnecting('O WhatsApp recusou a conexão; o serviço tenta de novo.'),
    connection_lost: reconnecting('A conexão caiu; o serviço tenta de novo.'),
    connection_timed_out: reconnecting('O WhatsApp não respondeu a tempo; o serviço tenta de novo.'),
    whatsapp_error: reconnecting('O WhatsApp relata um erro interno; o serviço tenta de novo.'),
    whatsapp_unavailable: reconnecting('O WhatsApp não está disponível no momento; o serviço tenta de novo.'),
    dns_failed: {
      what: 'O nome do servidor do WhatsApp não pode ser resolvido.',
      todo: 'Verifique o DNS da máquina em que o serviço roda.',
    },
    network_unreachable: {
      what: 'O WhatsApp não pode ser alcançado pela rede.',
      todo: 'Verifique se a máquina alcança web.whatsapp.com na porta 443.',
    },
    network_intercepted: {
      what: 'Algo entre o serviço e o WhatsApp respondeu no lugar dele.',
      todo: 'Verifique os firewalls ou configure o proxy desta rede: é preciso alcançar web.whatsapp.com na porta 443.',
    },
    proxy_unreachable: {
      what: 'O proxy não responde.',
      todo: 'Verifique se o proxy está funcionando, e o endereço e a porta dele na configuração do serviço ou da conta.',
    },
    proxy_unauthorized: {
      what: 'O proxy recusa o usuário ou a senha.',
      todo: 'Verifique o usuário e a senha do proxy na configuração do serviço ou da conta.',
    },
    proxy_refused: {
      what: 'O proxy não se conectou ao WhatsApp.',
      todo: 'Permita web.whatsapp.com e *.whatsapp.net na porta 443 na configuração do proxy.',
    },
    certificate_untrusted: {
      what: 'O certificado apresentado em nome do WhatsApp não é confiável.',
      todo: 'Verifique o relógio da máquina e se um proxy ou firewall abre conexões TLS.',
    },
    server_not_verified: {
      what: 'O servidor não conseguiu provar que é o WhatsApp. Talvez algo intercepte a conexão ou o relógio do computador esteja errado. Nenhuma credencial foi enviada.',
      todo: 'Exclua web.whatsapp.com da inspeção de TLS do proxy, firewall ou antivírus e verifique o relógio do computador.',
    },
    starting: { what: 'O serviço está iniciando.', todo: 'Aguarde um momento.' },
    no_process: {
      what: 'A parte do serviço que se conecta ao WhatsApp não está funcionando.',
      todo: 'Se durar mais de 20 segundos, mostre os detalhes a quem administra o serviço.',
    },
    sync_problem: {
      what: 'Conectado, mas a agenda não pôde ser atualizada.',
      todo: 'O serviço tenta de novo sozinho; os detalhes dizem o que está no caminho.',
    },
  },
  noReason: { what: 'O serviço está se conectando.', todo: null },

  degraded: {
    title: 'O que está errado',
    snapshot_unverified: {
      what: 'A cópia completa da agenda enviada pelo WhatsApp não confere.',
      todo: 'As mudanças continuam sendo lidas; podem faltar alguns nomes. O serviço compara de novo sozinho.',
    },
    changes_unverified: {
      what: 'Algumas mudanças levaram a uma agenda diferente da que o WhatsApp diz.',
      todo: 'O serviço compara com uma cópia completa assim que puder. Nada a fazer.',
    },
    sync_key_missing: {
      what: 'O celular não compartilhou uma chave necessária para ler a agenda.',
      todo: 'Abra o WhatsApp no celular e deixe-o online por um tempo.',
    },
    phone_message_lost: {
      what: 'Uma mensagem do celular não pôde ser decifrada.',
      todo: 'Se faltarem nomes depois de um dia, desconecte e conecte de novo.',
    },
    history_lost: {
      what: 'Uma parte do histórico do celular não pôde ser obtida.',
      todo: 'Os nomes de perfil que estavam nela faltam até que seus donos escrevam. Conectar de novo busca tudo outra vez.',
    },
    changes_refused: {
      what: 'O banco de dados recusou algumas alterações.',
      todo: 'Essas alterações se perderam. Um nome ou perfil pode ficar desatualizado até a próxima alteração. Consulte o código do erro no log.',
    },
    sync_delayed: {
      what: 'As alterações do WhatsApp não são lidas ou salvas há mais de um minuto.',
      todo: 'O serviço continua tentando. Se persistir, verifique o banco de dados e o log.',
    },
    reachout_locked: {
      what: 'O WhatsApp bloqueou por algum tempo o contato com pessoas novas.',
      todo: 'Ninguém é consultado até o bloqueio acabar sozinho. Envie menos mensagens a desconhecidos.',
    },
    checks_stopped: {
      what: 'O WhatsApp recusou uma verificação de número ou não respondeu a ela.',
      todo: 'Nenhum número é verificado até a hora indicada nos detalhes. Verifique menos números, ou nenhum: verificar muitos leva ao banimento de contas.',
    },
    client_expiring: {
      what: 'O WhatsApp vai recusar em breve a versão do cliente em uso.',
      todo: 'Nenhuma ação é necessária se este aviso sumir em um dia. Caso contrário, atualize o serviço.',
    },
  },

  facts: {
    title: 'Conta',
    contacts: 'Contatos',
    checked: 'Última verificação completa',
    checkedHint: 'com a agenda do celular',
    never: 'ainda não',
    repaired: (n) => count(n, 'um contato corrigido até agora', '# contatos corrigidos até agora'),
    profiles: 'Dados adicionais',
    profilesOf: (done, all) => `carregados de ${done} de ${all} contatos`,
    paused: 'Em pausa',
    browse: 'Ver os contatos',
  },

  connection: {
    offline: (when) =>
      when === null
        ? 'Sem conexão com o WhatsApp. As mudanças no celular não chegam.'
        : `Sem conexão com o WhatsApp desde: ${when}. As mudanças no celular não chegam.`,
    unlinked: (when) =>
      when === null
        ? 'Desconectada do celular. As mudanças no celular não chegam.'
        : `Desconectada do celular desde: ${when}. As mudanças no celular não chegam.`,
    connecting: 'Conectando ao WhatsApp. As mudanças no celular chegam em instantes.',
    delayed: 'As mudanças no celular chegam com atraso ou não chegam.',
    delayedLabel: 'Mudanças atrasadas',
    neverLinked: 'Nenhuma conta está conectada ainda',
    unlinkedLabel: 'Não conectada',
    linkAgain: (account) =>
      `A conta não está conectada. Para conectá-la de novo, você precisa do celular dela: ${account}.`,
    askToLink: 'Esta chave não pode conectar contas. Peça a quem administra o serviço para conectá-la.',
    whatToDo: 'Ver o que fazer',
    lastKnown: (status) => `Último estado conhecido: ${status}`,
    automatic: 'Atualizado automaticamente',
    automaticHint:
      'As mudanças aparecem aqui assim que chegam. Esta chave não pode ver se o celular está conectado.',
    justNow: 'agora mesmo',
    searching: 'Buscando…',
    codeEntered: 'Um código foi digitado no celular. Aguardando o celular concluir a conexão…',
    codeEnteredHint:
      'Isso pode levar um minuto. Se o celular mostrar um erro, o código foi digitado errado: peça outro e digite-o.',
    exampleNumber: '+55 11 98765-4321',
  },

  account: {
    was: (account) => `era ${account}`,
    showAll: 'Ver todas as contas',
    linkToSee: 'Conecte uma conta do WhatsApp para ver os contatos dela aqui.',
    rename: 'Renomear',
    renameTitle: 'Renomear a conta',
    renameHint: 'Este nome só é usado neste serviço. Deixe vazio para mostrar o nome do WhatsApp.',
    save: 'Salvar',
    nameHint: 'Por exemplo, a equipe que a usa: “Vendas”. Você pode mudar depois.',
    nameMissing: 'Informe um nome.',
    shortName: 'Nome curto, para endereços e programas',
    addFirst: 'Adicione uma e conecte-a com o celular.',
    askToAdd: 'Peça a quem administra o serviço para adicionar uma.',
    withNumber: (n) => `${n} com número de telefone`,
    removeContacts: (n) => count(n, 'Apagar também o contato', 'Apagar também os # contatos'),
  },

  sync: {
    title: 'A primeira sincronização está em andamento',
    text: 'O celular envia primeiro a agenda e depois, parte por parte, os nomes que as pessoas escolheram: isso pode levar minutos. Você já pode ver o que chegou.',
    count: (n) => count(n, 'um contato até agora', '# contatos até agora'),
    rate: (perSecond) => `${perSecond} por segundo`,
  },

  link: {
    title: 'Conectar uma conta',
    qrTitle: 'Escaneie um código QR',
    qrSteps: [
      'Abra o WhatsApp no celular.',
      'Android: toque em ⋮ › Dispositivos conectados. iPhone: toque em Configurações › Dispositivos conectados.',
      'Toque em “Conectar dispositivo” e aponte a câmera para este código.',
    ],
    qrAlt: 'Código QR para escanear com o WhatsApp no celular',
    qrWaiting: 'Aguardando um código do WhatsApp…',
    qrNext: 'Um novo código vem em seguida.',
    codeTitle: 'Ou digite um código no celular',
    codeIntro: 'Sem câmera à mão: informe o número da conta e digite o código no celular dela.',
    number: 'Número de telefone',
    numberHint: 'Com código do país, por exemplo +55 11 98765-4321.',
    numberIn: (country) => `Número de: ${country}`,
    numberEmpty: 'Informe o número da conta a conectar.',
    numberInvalid:
      'Este não é um número completo. Informe-o com código do país, por exemplo +55 11 98765-4321.',
    getCode: 'Pedir um código',
    gettingCode: 'Consultando o WhatsApp…',
    codeLabel: 'Código para digitar no celular',
    codeSteps: [
      'Abra o WhatsApp no celular.',
      'Android: toque em ⋮ › Dispositivos conectados. iPhone: toque em Configurações › Dispositivos conectados.',
      'Toque em “Conectar dispositivo” › “Conectar com número de telefone” e digite o código.',
    ],
    newCode: 'Pedir outro código',
  },

  passkey: {
    title: 'Confirme com a chave de acesso',
    intro:
      'O WhatsApp pede a chave de acesso desta conta. Ela só funciona em web.whatsapp.com, em um navegador que a tenha: de um gerenciador de senhas, do celular ou de uma chave de segurança. Este serviço nunca a vê.',
    extensionTitle: 'Com a extensão do navegador',
    extensionInstall:
      'Instale uma vez a extensão deste serviço: a pasta “extension” do código-fonte, veja docs/linking.md.',
    extensionOpen: 'Abrir o WhatsApp Web',
    extensionConfirm: 'No painel que aparece lá, confira o endereço e clique em “Confirm with passkey”.',
    consoleTitle: 'Sem ela, pelas ferramentas do desenvolvedor',
    consoleCopy: 'Copie esta linha. Ela vem do seu próprio serviço; nunca cole linhas de outros.',
    consoleCopyButton: 'Copiar a linha',
    consolePaste:
      'Abra web.whatsapp.com, pressione F12, cole a linha no console (o Chrome pede para digitar antes allow pasting), pressione Enter e confirme com a chave de acesso.',
    consoleResult: 'Cole o que o console mostrou',
    consoleResultHint: 'Começa com {"token"',
    consoleResultInvalid:
      'Isto não é o que o console mostrou: começa com {"token" e termina com }. Copie tudo.',
    send: 'Enviar ao WhatsApp',
    sent: 'O WhatsApp recebeu. O celular conclui a conexão.',
    waitingTitle: 'Aguardando o celular',
    compareTitle: 'Compare os códigos',
    compareText: 'O celular mostra este código?',
    same: 'Sim, é o mesmo',
    different: 'Não, é outro',
    differentHint: 'Outro código significa que há alguém no meio. A conexão termina e começa de novo.',
    cancel: 'Cancelar a conexão',
    steps: ['Chave de acesso', 'Celular', 'Comparação', 'Conectado'],
  },

  unlink: {
    button: 'Desconectar a conta',
    title: 'Desconectar esta conta?',
    text: (number) =>
      `${number} deixa de estar conectado a este serviço. Os contatos ficam até que outra conta seja conectada, mas não são mais atualizados.`,
    confirm: 'Desconectar',
    busy: 'Desconectando…',
  },

  sessions: {
    title: 'Contas',
    intro: 'As contas do WhatsApp conectadas a este serviço.',
    none: 'Ainda não há nenhuma conta',
    add: 'Adicionar uma conta',
    addTitle: 'Adicionar uma conta',
    name: 'Nome',
    nameHint: '1 a 40 caracteres: a–z, 0–9 e “-”, por exemplo vendas. Não pode ser mudado depois.',
    nameInvalid: 'O nome curto, nos detalhes, deve ter de 1 a 40 caracteres: a–z, 0–9 e “-”.',
    create: 'Adicionar',
    remove: 'Remover',
    removeTitle: (name) => `Remover a conta “${name}”?`,
    removeText: 'A conta é desconectada e removida deste serviço. Os contatos no celular não mudam.',
    removeContacts: 'Apagar também os contatos',
    removeContactsHint: 'Senão eles ficam no banco de dados e voltam quando a conta for conectada.',
    link: 'Conectar',
    contacts: 'contatos',
    problems: (n) => count(n, 'um problema', '# problemas'),
    more: 'Mostrar mais',
    notLinked: 'não conectada',
  },

  contacts: {
    title: 'Contatos',
    search: 'Buscar nomes e números',
    clear: 'Limpar a busca',
    filters: 'Filtros',
    saved: 'Salvos no celular',
    business: 'Empresas',
    noNumber: 'Sem número',
    total: (n) => count(n, 'um contato', '# contatos'),
    found: (n) => count(n, 'um encontrado', '# encontrados'),
    foundMore: (n) => count(n, '# ou mais encontrados', '# ou mais encontrados'),
    nobody: 'Ainda não há contatos.',
    notFound: 'Ninguém encontrado. Tente outro nome ou uma parte do número.',
    notFoundFiltered: 'Ninguém encontrado com estes filtros.',
    export: 'Exportar',
    exporting: 'Preparando…',
    noName: 'Sem nome',
    choose: 'Escolha um contato para ver tudo o que se sabe dele.',
    hint: 'Pressione / para buscar, ↑ e ↓ para navegar.',
  },

  contact: {
    pushName: 'Nome de perfil',
    pushNameHint: 'escolhido pela pessoa',
    fullName: 'Salvo como',
    firstName: 'Primeiro nome',
    businessName: 'Nome comercial',
    verified: 'verificado pelo WhatsApp',
    username: 'Nome de usuário',
    lid: 'ID do WhatsApp (LID)',
    about: 'Recado',
    aboutHidden: 'oculto para esta conta',
    aboutNone: 'nenhum',
    aboutUntil: (when) => `até ${when}`,
    saved: 'Salvo no celular',
    notSaved: 'Não salvo',
    business: 'Empresa',
    person: 'Nomes',
    picture: 'Foto',
    movedTo: 'Número novo',
    movedFrom: 'Número anterior',
    moved: 'Esta pessoa mudou de número.',
    refresh: 'Consultar o WhatsApp agora',
  },

  keys: {
    title: 'Chave de criptografia',
    none: 'Nenhuma chave é conhecida ainda.',
    current: 'Atual',
    since: (when) => `desde ${when}`,
    former: (from, to) => `vista de ${from} a ${to}`,
    changed: (when) => `Evento de segurança: a chave mudou em ${when}`,
    changedHint:
      'Um celular novo ou uma nova instalação muda a chave. Alguém que assume o número também: se você não esperava por isso, pergunte à pessoa por outro meio.',
    count: (n) => count(n, 'A chave mudou uma vez.', 'A chave mudou # vezes.'),
    fingerprint: 'Impressão digital (SHA-256)',
    compare: 'Comparar com uma impressão digital',
    compareHint: 'Cole a que você recebeu; espaços e maiúsculas não importam.',
    same: 'É a mesma.',
    different: (group) => `É diferente: a primeira diferença está no grupo ${group}.`,
    incomplete: 'Uma impressão digital tem 64 caracteres, 0–9 e a–f.',
  },

  find: {
    recent: 'Últimas alterações primeiro',
    jump: 'Ir para uma letra',
    searching: 'Buscando…',
    changed: 'Alterados',
    anyTime: 'a qualquer momento',
    periods: { today: 'hoje', week: 'nos últimos 7 dias', month: 'nos últimos 30 dias' },
    select: 'Selecionar',
    selectHint: 'Clique com Shift para selecionar também os contatos no meio.',
    selectDone: 'Concluir',
    selectContact: (name) => `Selecionar ${name}`,
    selected: (n) => count(n, '1 selecionado', '# selecionados'),
    selectedAll: (n) => count(n, '1 selecionado, o máximo', '# selecionados, o máximo'),
    exportCount: (n) => count(n, 'Exportar 1 contato como', 'Exportar # contatos como'),
    exportCounting: 'Contando os contatos…',
    exportSelection: 'Exportar a seleção',
    exportNone: 'Selecione contatos para exportá-los.',
    formats: {
      excel: 'Excel',
      google: 'Google Contatos',
      outlook: 'Outlook',
      vcard: 'vCard',
      photos: 'vCard com fotos',
    },
    all: 'Buscar',
    allTitle: 'Buscar em todas as contas',
    allHint: 'Digite um nome ou número para buscar em todas as contas.',
    allNothing: 'Nenhuma conta tem um contato assim. Tente outro nome ou uma parte do número.',
    allMore: 'Ver todos',
    allFailed: (n) => count(n, 'Não foi possível buscar em 1 conta.', 'Não foi possível buscar em # contas.'),
  },

  actions: {
    label: 'Ações',
    copyNumber: 'Copiar o número',
    call: 'Ligar',
    chat: 'Abrir a conversa',
    chatHint: 'Abre o WhatsApp em uma nova guia.',
    save: 'Salvar como vCard',
    noNumber: 'Número desconhecido',
    fetching: 'Consultando o WhatsApp…',
    fetched: 'Atualizado agora mesmo.',
    updatedAt: (when) => `Atualizado: ${when}.`,
    unchanged: 'Solicitado. As mudanças aparecerão aqui.',
    fetchAgain: (seconds) =>
      count(seconds, 'Disponível de novo em 1 segundo.', 'Disponível de novo em # segundos.'),
    security: 'Segurança',
    keyChanged: (when) => `A chave de criptografia deste contato mudou em ${when}.`,
    keyShow: 'Ver',
    contactId: 'ID do contato',
    lastChange: 'Última mudança',
    notFound: 'Este contato não existe.',
    notFoundTodo:
      'Talvez tenha sido excluído, ou o endereço esteja incompleto. Busque pelo nome ou pelo número.',
    toList: 'Ver todos os contatos',
  },

  errors: {
    title: 'Não funcionou',
    unreachable: {
      what: 'O serviço não responde.',
      todo: 'Verifique se ele está rodando e se este navegador o alcança. A página continua tentando.',
    },
    key_missing: { what: 'É preciso uma chave.', todo: 'Informe uma.' },
    key_invalid: { what: 'A chave não é mais válida.', todo: 'Informe outra.' },
    scope_missing: { what: 'A chave não permite isto.', todo: 'Use uma que permita.' },
    session_not_allowed: {
      what: 'A chave não vale para esta conta.',
      todo: 'Escolha outra conta ou use outra chave.',
    },
    key_limited: { what: 'A chave já enviou todas as requisições que pode.', todo: 'Aguarde um minuto.' },
    database_unavailable: {
      what: 'O banco de dados não responde.',
      todo: 'Verifique se o Postgres está rodando e pode ser alcançado. Nada se perde: o serviço continua sozinho.',
    },
    database_too_slow: { what: 'O banco de dados demorou demais.', todo: 'Tente de novo em instantes.' },
    too_busy: { what: 'O serviço está ocupado.', todo: 'Tente de novo em instantes.' },
    too_many_at_once: { what: 'Muitas requisições ao mesmo tempo.', todo: 'Tente de novo em instantes.' },
    no_account_linked: {
      what: 'Nenhuma conta está conectada.',
      todo: 'Conecte uma na visão geral ou peça isso a quem administra o serviço.',
    },
    account_linked: { what: 'Já há uma conta conectada.', todo: 'Desconecte-a primeiro.' },
    contact_not_found: {
      what: 'Ninguém é conhecido por este número ou ID.',
      todo: 'Volte à lista e busque.',
    },
    session_not_found: { what: 'Esta conta não existe.', todo: 'Escolha outra.' },
    session_exists: { what: 'Já existe uma conta com este nome.', todo: 'Escolha outro nome.' },
    host_not_allowed: {
      what: 'O serviço não reconhece como seu o nome na barra de endereço.',
      todo: 'Abra a página com outro endereço. Os detalhes explicam como permitir este.',
    },
    session_not_answering: { what: 'A conta não responde.', todo: 'Tente de novo em instantes.' },
    pairing_limited: {
      what: 'Vários códigos já foram pedidos.',
      todo: 'Aguarde dez minutos ou escaneie o código QR.',
    },
    pairing_refused: {
      what: 'O WhatsApp não quis enviar um código para este número.',
      todo: 'Verifique se este número tem WhatsApp ou escaneie o código QR.',
    },
    whatsapp_limited: {
      what: 'O WhatsApp não dá mais códigos por enquanto.',
      todo: 'Aguarde uma hora ou escaneie o código QR.',
    },
    whatsapp_not_answering: { what: 'O WhatsApp não respondeu.', todo: 'Tente de novo em instantes.' },
    whatsapp_not_ready: {
      what: 'O WhatsApp não está pronto para conectar.',
      todo: 'Tente de novo quando um código QR aparecer.',
    },
    no_passkey: {
      what: 'Nenhuma chave de acesso é mais pedida.',
      todo: 'Siga com o que a página mostra agora.',
    },
    wrong_step: { what: 'Este passo já passou.', todo: 'Siga com o que a página mostra agora.' },
    token_invalid: { what: 'Isto pertence a outra tentativa.', todo: 'Copie a linha de novo e repita.' },
    invalid_assertion: {
      what: 'O que foi colado não é uma confirmação válida.',
      todo: 'Copie a linha de novo e repita.',
    },
    assertion_refused: { what: 'O WhatsApp não aceitou a confirmação.', todo: 'Confirme mais uma vez.' },
    passkey_ended: { what: 'O WhatsApp encerrou a confirmação.', todo: 'Conecte de novo.' },
    refresh_limited: {
      what: 'Esta pessoa, ou muitas outras, acabou de ser consultada.',
      todo: 'Aguarde um minuto.',
    },
    unexpected_error: { what: 'O serviço encontrou um erro inesperado.', todo: 'O log dele diz mais.' },
  },
};
