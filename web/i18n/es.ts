import { count } from './count.js';
import type { Explained, Messages } from './en.js';

const reconnecting = (what: string): Explained => ({ what, todo: null });
const linkAgain = (
  what: string,
  todo = 'Escanea el código QR de abajo o pide un código para escribir.',
): Explained => ({
  what,
  todo,
});

export const es: Messages = {
  title: 'Contactos de WhatsApp',
  skip: 'Ir al contenido',

  nav: {
    label: 'Principal',
    overview: 'Resumen',
    contacts: 'Contactos',
    sessions: 'Cuentas',
    session: 'Cuenta',
    signOut: 'Cerrar sesión',
  },

  common: {
    cancel: 'Cancelar',
    back: 'Volver',
    copy: 'Copiar',
    copied: 'Copiado',
    copyFailed: 'No se copió: selecciona el texto y cópialo.',
    loading: 'Cargando…',
    unknown: 'desconocido',
    details: 'Detalles',
    secondsLeft: (seconds) => count(seconds, 'queda un segundo', 'quedan # segundos'),
    timeLeft: (minutes) => `quedan ${minutes} minutos`,
  },

  fresh: {
    live: 'En vivo',
    liveHint: 'Los cambios del teléfono aparecen aquí en cuanto ocurren.',
    polling: 'Se actualiza cada pocos segundos',
    pollingHint: 'El flujo de cambios no está disponible; la página pregunta cada pocos segundos.',
    offline: 'Sin actualizar',
    checked: (ago) => `datos de ${ago}`,
  },

  key: {
    title: 'Introduce una clave',
    intro:
      'Este servicio pide una clave de API. La página solo la envía a este servicio y la olvida al cerrar esta pestaña, salvo que elijas otra cosa.',
    label: 'Clave de API',
    placeholder: 'wac_…',
    submit: 'Continuar',
    invalid: 'El servicio no conoce esta clave: está mal escrita, ha caducado o se ha eliminado.',
    empty: 'Introduce una clave. Quien administra el servicio puede crearte una.',
    scopeTitle: 'Esta clave no puede ver esto',
    scope:
      'Esta clave no lo permite. Pide a quien administra el servicio una clave que lo permita o usa otra clave.',
    session: (name) => `No sirve para la cuenta «${name}». Elige otra cuenta o usa otra clave.`,
    nothing: 'La clave no puede leer contactos ni ver cuentas, y es todo lo que muestra esta página.',
    other: 'Usar otra clave',
  },

  settings: {
    keys: 'Claves',
    webhooks: 'Webhooks',
    retry: 'Intentar de nuevo',
  },

  device: {
    remember: 'Recordar en este dispositivo',
    rememberHint:
      'Todas las pestañas usan la clave hasta que cierres la sesión. No lo uses en equipos compartidos.',
  },

  status: {
    linking: 'A la espera de vincular una cuenta',
    connecting: 'Conectando con WhatsApp',
    open: 'Conectado',
    disconnected: 'Sin conexión',
    logged_out: 'Desvinculado',
  },
  well: 'Todo está en orden. Los cambios del teléfono llegan en un segundo.',
  nextTry: 'Próximo intento:',

  reasons: {
    waiting_for_whatsapp: { what: 'WhatsApp está preparando un código.', todo: 'Un momento, por favor.' },
    waiting_for_scan: {
      what: 'Todavía no hay ninguna cuenta vinculada aquí.',
      todo: 'Escanea el código QR de abajo con el teléfono o pide un código para escribir.',
    },
    waiting_for_phone: {
      what: 'Se ha escrito un código en el teléfono. Falta que el teléfono complete la vinculación.',
      todo: 'Si el teléfono muestra un error, el código se escribió mal. Pide otro código.',
    },
    waiting_for_code_entry: {
      what: 'El código espera a que se escriba en el teléfono.',
      todo: 'En el teléfono, toca la notificación o escribe el código como se describe abajo.',
    },
    passkey_assertion: {
      what: 'Esta cuenta está protegida por una clave de acceso, y WhatsApp la pide.',
      todo: 'Confirma con la clave de acceso, como se describe abajo.',
    },
    passkey_waiting: {
      what: 'La clave de acceso está confirmada; el teléfono completa la vinculación.',
      todo: 'Mantén WhatsApp abierto en el teléfono.',
    },
    passkey_compare: {
      what: 'WhatsApp quiere que una persona compare dos códigos.',
      todo: 'Compara el código de abajo con el del teléfono.',
    },
    link_not_begun: linkAgain('Nadie escaneó el último código a tiempo; aquí hay uno nuevo.'),
    link_connection_lost: linkAgain('La conexión se perdió antes de completar la vinculación.'),
    link_wrong_qr: linkAgain(
      'El teléfono escaneó un código que acababa de ser reemplazado.',
      'Escanea el código actual, abajo.',
    ),
    link_signature_invalid: linkAgain(
      'La cuenta no firmó este dispositivo, así que no se vinculó.',
      'Vincúlalo de nuevo. Si vuelve a ocurrir, actualiza WhatsApp en el teléfono.',
    ),
    link_code_not_completed: linkAgain(
      'El teléfono no completó la vinculación; quizá el código se escribió mal.',
      'Pide un código nuevo o escanea el código QR.',
    ),
    link_code_refused: linkAgain(
      'WhatsApp no aceptó el código que se escribió.',
      'Pide un código nuevo o escanea el código QR.',
    ),
    link_passkey_cancelled: linkAgain('Se canceló la confirmación con la clave de acceso.'),
    link_passkey_timed_out: linkAgain(
      'La clave de acceso no se confirmó a tiempo.',
      'Vincula de nuevo, con la clave de acceso a mano.',
    ),
    link_passkey_unanswered: linkAgain(
      'WhatsApp aceptó la clave de acceso, pero el teléfono no respondió.',
      'Abre WhatsApp en el teléfono, comprueba que está en línea y vincula de nuevo.',
    ),
    link_passkey_not_compared: linkAgain('Nadie confirmó a tiempo que los códigos son iguales.'),
    link_passkey_failed: linkAgain('La confirmación con la clave de acceso falló.'),
    link_passkey_not_completed: linkAgain(
      'La clave de acceso se confirmó, pero el teléfono no completó la vinculación.',
    ),
    linked_elsewhere: {
      what: 'Este número ya está vinculado en otro lugar de este servicio, por eso se desvinculó aquí.',
      todo: 'Vincula otro número aquí o desvincula antes este número allí.',
    },
    unlinked_on_request: linkAgain('La cuenta se desvinculó a petición. Los contactos se conservan.'),
    unlinked_by_phone: linkAgain('El teléfono desvinculó este dispositivo. Los contactos se conservan.'),
    phone_replaced: linkAgain(
      'El teléfono al que estaba vinculado este dispositivo ya no está en la cuenta. Los contactos se conservan.',
    ),
    devices_not_supported: {
      what: 'La cuenta no puede vincular dispositivos.',
      todo: 'Actualiza WhatsApp en el teléfono y vincula de nuevo.',
    },
    account_banned: {
      what: 'WhatsApp ha suspendido la cuenta.',
      todo: 'Abre WhatsApp en el teléfono: indica cómo pedir una revisión. Después reinicia este servicio.',
    },
    account_banned_for_now: {
      what: 'WhatsApp ha suspendido la cuenta por un tiempo.',
      todo: 'Abre WhatsApp en el teléfono: indica por cuánto tiempo. Después reinicia este servicio.',
    },
    reconnecting: reconnecting('WhatsApp pidió una conexión nueva.'),
    other_program_connected: {
      what: 'Otro programa se conectó con la misma vinculación y ocupó el lugar de este.',
      todo: 'Detén el otro programa, o desvincula este dispositivo en el teléfono y vincúlalo de nuevo.',
    },
    client_outdated: {
      what: 'WhatsApp exige una versión más nueva del cliente.',
      todo: 'Por lo general el servicio la encuentra solo. Si no se conecta en unas horas, actualízalo.',
    },
    rate_limited: reconnecting(
      'WhatsApp cerró la conexión por exceso de solicitudes. El servicio lo intentará de nuevo en unos minutos.',
    ),
    connection_refused: reconnecting('WhatsApp rechazó la conexión; el servicio lo intenta de nuevo.'),
    connection_lost: reconnecting('La conexión se perdió; el servicio lo intenta de nuevo.'),
    connection_timed_out: reconnecting('WhatsApp no respondió a tiempo; el servicio lo intenta de nuevo.'),
    whatsapp_error: reconnecting('WhatsApp informa de un error propio; el servicio lo intenta de nuevo.'),
    whatsapp_unavailable: reconnecting('WhatsApp no está disponible ahora; el servicio lo intenta de nuevo.'),
    dns_failed: {
      what: 'El nombre del servidor de WhatsApp no se puede resolver.',
      todo: 'Revisa el DNS de la máquina en la que corre el servicio.',
    },
    network_unreachable: {
      what: 'No se puede llegar a WhatsApp por la red.',
      todo: 'Comprueba que la máquina llega a web.whatsapp.com por el puerto 443.',
    },
    network_intercepted: {
      what: 'Algo entre el servicio y WhatsApp respondió en su lugar.',
      todo: 'Revisa los cortafuegos o configura el proxy de esta red: hay que llegar a web.whatsapp.com por el puerto 443.',
    },
    proxy_unreachable: {
      what: 'El proxy no responde.',
      todo: 'Comprueba que el proxy funciona, y su dirección y puerto en la configuración del servicio o de la cuenta.',
    },
    proxy_unauthorized: {
      what: 'El proxy rechaza el usuario o la contraseña.',
      todo: 'Revisa el usuario y la contraseña del proxy en la configuración del servicio o de la cuenta.',
    },
    proxy_refused: {
      what: 'El proxy no se conectó a WhatsApp.',
      todo: 'Permite web.whatsapp.com y *.whatsapp.net por el puerto 443 en la configuración del proxy.',
    },
    certificate_untrusted: {
      what: 'El certificado presentado en nombre de WhatsApp no es de confianza.',
      todo: 'Revisa el reloj de la máquina y si un proxy o cortafuegos abre las conexiones TLS.',
    },
    server_not_verified: {
      what: 'El servidor no pudo demostrar que es WhatsApp. Puede que algo intercepte la conexión o que la hora del equipo no sea correcta. No se enviaron credenciales.',
      todo: 'Excluye web.whatsapp.com de la inspección TLS del proxy, cortafuegos o antivirus, y comprueba la hora del equipo.',
    },
    starting: { what: 'El servicio está arrancando.', todo: 'Un momento, por favor.' },
    no_process: {
      what: 'La parte del servicio que se conecta con WhatsApp no está en marcha.',
      todo: 'Si dura más de 20 segundos, muestra los detalles a quien administra el servicio.',
    },
    sync_problem: {
      what: 'Conectado, pero la agenda no se pudo poner al día.',
      todo: 'El servicio lo intenta de nuevo solo; los detalles dicen qué lo impide.',
    },
  },
  noReason: { what: 'El servicio se está conectando.', todo: null },

  degraded: {
    title: 'Qué está mal',
    snapshot_unverified: {
      what: 'La copia completa de la agenda que envía WhatsApp no cuadra.',
      todo: 'Los cambios se siguen leyendo; pueden faltar algunos nombres. El servicio vuelve a comparar solo.',
    },
    changes_unverified: {
      what: 'Algunos cambios llevaron a una agenda distinta de la que dice WhatsApp.',
      todo: 'El servicio compara con una copia completa en cuanto puede. No hay nada que hacer.',
    },
    sync_key_missing: {
      what: 'El teléfono no ha compartido una clave necesaria para leer la agenda.',
      todo: 'Abre WhatsApp en el teléfono y déjalo en línea un rato.',
    },
    phone_message_lost: {
      what: 'No se pudo descifrar un mensaje del teléfono.',
      todo: 'Si faltan nombres después de un día, desvincula y vincula de nuevo.',
    },
    history_lost: {
      what: 'No se pudo obtener una parte del historial del teléfono.',
      todo: 'Los nombres de perfil que había en ella faltan hasta que sus dueños escriban. Vincular de nuevo la vuelve a pedir.',
    },
    changes_refused: {
      what: 'La base de datos rechazó algunos cambios.',
      todo: 'Estos cambios se perdieron. Un nombre o perfil puede estar desactualizado hasta que vuelva a cambiar. Consulta el código de error en el registro.',
    },
    sync_delayed: {
      what: 'Los cambios de WhatsApp no se leen o no se guardan desde hace más de un minuto.',
      todo: 'El servicio sigue intentándolo. Si continúa, revisa la base de datos y el registro.',
    },
    reachout_locked: {
      what: 'WhatsApp ha bloqueado por un tiempo el contacto con personas nuevas.',
      todo: 'No se consulta a nadie hasta que termine solo. Envía menos mensajes a desconocidos.',
    },
    checks_stopped: {
      what: 'WhatsApp ha rechazado una comprobación de números o no ha respondido a ella.',
      todo: 'No se comprueba ningún número hasta la hora indicada en los detalles. Comprueba menos números o ninguno: comprobar muchos provoca el bloqueo de cuentas.',
    },
    client_expiring: {
      what: 'WhatsApp rechazará pronto la versión del cliente en uso.',
      todo: 'No hay que hacer nada si este aviso desaparece en un día. Si no, actualiza el servicio.',
    },
  },

  facts: {
    title: 'Cuenta',
    contacts: 'Contactos',
    checked: 'Última comprobación completa',
    checkedHint: 'con la agenda del teléfono',
    never: 'todavía no',
    repaired: (n) => count(n, 'un contacto corregido hasta ahora', '# contactos corregidos hasta ahora'),
    profiles: 'Datos adicionales',
    profilesOf: (done, all) => `cargados de ${done} de ${all} contactos`,
    paused: 'En pausa',
    browse: 'Ver los contactos',
  },

  connection: {
    offline: (when) =>
      when === null
        ? 'Sin conexión con WhatsApp. Los cambios del teléfono no llegan.'
        : `Sin conexión con WhatsApp desde: ${when}. Los cambios del teléfono no llegan.`,
    unlinked: (when) =>
      when === null
        ? 'Desvinculada del teléfono. Los cambios del teléfono no llegan.'
        : `Desvinculada del teléfono desde: ${when}. Los cambios del teléfono no llegan.`,
    connecting: 'Conectando con WhatsApp. Los cambios del teléfono llegarán en un momento.',
    delayed: 'Los cambios del teléfono llegan tarde o no llegan.',
    delayedLabel: 'Cambios con retraso',
    neverLinked: 'Todavía no hay ninguna cuenta vinculada',
    unlinkedLabel: 'Sin vincular',
    linkAgain: (account) =>
      `La cuenta no está vinculada. Para vincularla de nuevo hace falta su teléfono: ${account}.`,
    askToLink: 'Esta clave no puede vincular cuentas. Pide a quien administra el servicio que la vincule.',
    whatToDo: 'Ver qué hacer',
    lastKnown: (status) => `Último estado conocido: ${status}`,
    automatic: 'Se actualiza automáticamente',
    automaticHint:
      'Los cambios aparecen aquí en cuanto llegan. Esta clave no puede ver si el teléfono está conectado.',
    justNow: 'ahora mismo',
    searching: 'Buscando…',
    codeEntered: 'Se ha escrito un código en el teléfono. Esperando a que complete la vinculación…',
    codeEnteredHint:
      'Puede tardar un minuto. Si el teléfono muestra un error, el código se escribió mal: pide otro y escríbelo.',
    exampleNumber: '+52 55 1234 5678',
  },

  account: {
    was: (account) => `era ${account}`,
    showAll: 'Ver todas las cuentas',
    linkToSee: 'Vincula una cuenta de WhatsApp para ver aquí sus contactos.',
    rename: 'Cambiar el nombre',
    renameTitle: 'Cambiar el nombre de la cuenta',
    renameHint: 'Este nombre solo se usa en este servicio. Déjalo vacío para mostrar el de WhatsApp.',
    save: 'Guardar',
    nameHint: 'Por ejemplo, el equipo que la usa: «Ventas». Puedes cambiarlo después.',
    nameMissing: 'Escribe un nombre.',
    shortName: 'Nombre corto, para direcciones y programas',
    addFirst: 'Añade una y vincúlala con el teléfono.',
    askToAdd: 'Pide a quien administra el servicio que añada una.',
    withNumber: (n) => `${n} con número de teléfono`,
    removeContacts: (n) => count(n, 'Eliminar también su contacto', 'Eliminar también sus # contactos'),
  },

  sync: {
    title: 'La primera sincronización está en marcha',
    text: 'El teléfono envía primero la agenda y después, parte por parte, los nombres que eligieron las personas: puede tardar minutos. Ya puedes ver lo que ha llegado.',
    count: (n) => count(n, 'un contacto hasta ahora', '# contactos hasta ahora'),
    rate: (perSecond) => `${perSecond} por segundo`,
  },

  link: {
    title: 'Vincular una cuenta',
    qrTitle: 'Escanea un código QR',
    qrSteps: [
      'Abre WhatsApp en el teléfono.',
      'Android: toca ⋮ › Dispositivos vinculados. iPhone: toca Ajustes › Dispositivos vinculados.',
      'Toca «Vincular un dispositivo» y apunta la cámara a este código.',
    ],
    qrAlt: 'Código QR para escanear con WhatsApp en el teléfono',
    qrWaiting: 'A la espera de un código de WhatsApp…',
    qrNext: 'Después aparece un código nuevo.',
    codeTitle: 'O escribe un código en el teléfono',
    codeIntro: 'Sin cámara a mano: introduce el número de la cuenta y escribe el código en su teléfono.',
    number: 'Número de teléfono',
    numberHint: 'Con código de país, por ejemplo +52 55 1234 5678.',
    numberIn: (country) => `Número de: ${country}`,
    numberEmpty: 'Introduce el número de la cuenta que quieres vincular.',
    numberInvalid: 'No es un número completo. Escríbelo con código de país, por ejemplo +52 55 1234 5678.',
    getCode: 'Pedir un código',
    gettingCode: 'Consultando a WhatsApp…',
    codeLabel: 'Código para escribir en el teléfono',
    codeSteps: [
      'Abre WhatsApp en el teléfono.',
      'Android: toca ⋮ › Dispositivos vinculados. iPhone: toca Ajustes › Dispositivos vinculados.',
      'Toca «Vincular un dispositivo» › «Vincular con el número de teléfono» y escribe el código.',
    ],
    newCode: 'Pedir otro código',
  },

  passkey: {
    title: 'Confirma con la clave de acceso',
    intro:
      'WhatsApp pide la clave de acceso de esta cuenta. Solo funciona en web.whatsapp.com, en un navegador que la tenga: de un gestor de contraseñas, del teléfono o de una llave de seguridad. Este servicio nunca la ve.',
    extensionTitle: 'Con la extensión del navegador',
    extensionInstall:
      'Instala una vez la extensión de este servicio: la carpeta «extension» del código fuente, ver docs/linking.md.',
    extensionOpen: 'Abrir WhatsApp Web',
    extensionConfirm: 'En el panel que aparece allí, comprueba la dirección y pulsa «Confirm with passkey».',
    consoleTitle: 'Sin ella, con las herramientas de desarrollo',
    consoleCopy: 'Copia esta línea. Viene de tu propio servicio; nunca pegues líneas de otros.',
    consoleCopyButton: 'Copiar la línea',
    consolePaste:
      'Abre web.whatsapp.com, pulsa F12, pega la línea en la consola (Chrome pide escribir antes allow pasting), pulsa Intro y confirma con la clave de acceso.',
    consoleResult: 'Pega lo que mostró la consola',
    consoleResultHint: 'Empieza por {"token"',
    consoleResultInvalid:
      'Esto no es lo que mostró la consola: empieza por {"token" y termina en }. Cópialo entero.',
    send: 'Enviar a WhatsApp',
    sent: 'WhatsApp lo tiene. El teléfono completa la vinculación.',
    waitingTitle: 'A la espera del teléfono',
    compareTitle: 'Compara los códigos',
    compareText: '¿Muestra el teléfono este código?',
    same: 'Sí, es el mismo',
    different: 'No, es otro',
    differentHint:
      'Otro código significa que hay alguien en medio. La vinculación termina y empieza de nuevo.',
    cancel: 'Cancelar la vinculación',
    steps: ['Clave de acceso', 'Teléfono', 'Comparación', 'Vinculado'],
  },

  unlink: {
    button: 'Desvincular la cuenta',
    title: '¿Desvincular esta cuenta?',
    text: (number) =>
      `${number} deja de estar vinculado a este servicio. Los contactos se conservan hasta que se vincule otra cuenta, pero ya no se actualizan.`,
    confirm: 'Desvincular',
    busy: 'Desvinculando…',
  },

  sessions: {
    title: 'Cuentas',
    intro: 'Las cuentas de WhatsApp vinculadas a este servicio.',
    none: 'Todavía no hay ninguna cuenta',
    add: 'Añadir una cuenta',
    addTitle: 'Añadir una cuenta',
    name: 'Nombre',
    nameHint: 'De 1 a 40 caracteres: a–z, 0–9 y «-», por ejemplo ventas. No se puede cambiar después.',
    nameInvalid: 'El nombre corto, en los detalles, debe tener de 1 a 40 caracteres: a–z, 0–9 y «-».',
    create: 'Añadir',
    remove: 'Quitar',
    removeTitle: (name) => `¿Quitar la cuenta «${name}»?`,
    removeText: 'La cuenta se desvincula y se quita de este servicio. Los contactos del teléfono no cambian.',
    removeContacts: 'Eliminar también sus contactos',
    removeContactsHint: 'Si no, se quedan en la base de datos y vuelven cuando se vincule la cuenta.',
    link: 'Vincular',
    contacts: 'contactos',
    problems: (n) => count(n, 'un problema', '# problemas'),
    more: 'Mostrar más',
    notLinked: 'sin vincular',
  },

  contacts: {
    title: 'Contactos',
    search: 'Buscar nombres y números',
    clear: 'Borrar la búsqueda',
    filters: 'Filtros',
    saved: 'Guardados en el teléfono',
    business: 'Empresas',
    noNumber: 'Sin número',
    total: (n) => count(n, 'un contacto', '# contactos'),
    found: (n) => count(n, 'uno encontrado', '# encontrados'),
    foundMore: (n) => count(n, '# o más encontrados', '# o más encontrados'),
    nobody: 'Todavía no hay contactos.',
    notFound: 'No se encuentra a nadie. Prueba con otro nombre o con una parte del número.',
    notFoundFiltered: 'No se encuentra a nadie con estos filtros.',
    export: 'Exportar',
    exporting: 'Preparando…',
    noName: 'Sin nombre',
    choose: 'Elige un contacto para ver todo lo que se sabe de él.',
    hint: 'Pulsa / para buscar, ↑ y ↓ para moverte.',
  },

  contact: {
    pushName: 'Nombre de perfil',
    pushNameHint: 'elegido por la persona',
    fullName: 'Guardado como',
    firstName: 'Nombre de pila',
    businessName: 'Nombre comercial',
    verified: 'verificado por WhatsApp',
    username: 'Nombre de usuario',
    lid: 'ID de WhatsApp (LID)',
    about: 'Info.',
    aboutHidden: 'oculta para esta cuenta',
    aboutNone: 'ninguna',
    aboutUntil: (when) => `hasta ${when}`,
    saved: 'Guardado en el teléfono',
    notSaved: 'Sin guardar',
    business: 'Empresa',
    person: 'Nombres',
    picture: 'Foto',
    movedTo: 'Número nuevo',
    movedFrom: 'Número anterior',
    moved: 'Esta persona ha cambiado de número.',
    refresh: 'Consultar a WhatsApp ahora',
  },

  keys: {
    title: 'Clave de cifrado',
    none: 'Todavía no se conoce ninguna clave.',
    current: 'Actual',
    since: (when) => `desde ${when}`,
    former: (from, to) => `vista del ${from} al ${to}`,
    changed: (when) => `Evento de seguridad: la clave cambió el ${when}`,
    changedHint:
      'Un teléfono nuevo o una instalación nueva cambia la clave. También quien se apropia del número: si no lo esperabas, pregunta a la persona por otra vía.',
    count: (n) => count(n, 'La clave ha cambiado una vez.', 'La clave ha cambiado # veces.'),
    fingerprint: 'Huella (SHA-256)',
    compare: 'Comparar con una huella',
    compareHint: 'Pega la que te dieron; los espacios y las mayúsculas no importan.',
    same: 'Es la misma.',
    different: (group) => `Es distinta: la primera diferencia está en el grupo ${group}.`,
    incomplete: 'Una huella tiene 64 caracteres, 0–9 y a–f.',
  },

  find: {
    recent: 'Últimos cambios primero',
    jump: 'Ir a una letra',
    searching: 'Buscando…',
    changed: 'Cambios',
    anyTime: 'en cualquier momento',
    periods: { today: 'hoy', week: 'en los últimos 7 días', month: 'en los últimos 30 días' },
    select: 'Seleccionar',
    selectHint: 'Haz clic con Mayús para seleccionar también los contactos intermedios.',
    selectDone: 'Listo',
    selectContact: (name) => `Seleccionar ${name}`,
    selected: (n) => count(n, '1 seleccionado', '# seleccionados'),
    selectedAll: (n) => count(n, '1 seleccionado, el máximo', '# seleccionados, el máximo'),
    exportCount: (n) => count(n, 'Exportar 1 contacto como', 'Exportar # contactos como'),
    exportCounting: 'Contando los contactos…',
    exportSelection: 'Exportar la selección',
    exportNone: 'Selecciona contactos para exportarlos.',
    formats: {
      excel: 'Excel',
      google: 'Contactos de Google',
      outlook: 'Outlook',
      vcard: 'vCard',
      photos: 'vCard con fotos',
    },
    all: 'Buscar',
    allTitle: 'Buscar en todas las cuentas',
    allHint: 'Escribe un nombre o un número para buscar en todas las cuentas.',
    allNothing: 'Ninguna cuenta tiene un contacto así. Prueba con otro nombre o con una parte del número.',
    allMore: 'Ver todos',
    allFailed: (n) => count(n, 'No se pudo buscar en 1 cuenta.', 'No se pudo buscar en # cuentas.'),
  },

  actions: {
    label: 'Acciones',
    copyNumber: 'Copiar el número',
    call: 'Llamar',
    chat: 'Abrir el chat',
    chatHint: 'Abre WhatsApp en una pestaña nueva.',
    save: 'Guardar como vCard',
    noNumber: 'Número desconocido',
    fetching: 'Consultando a WhatsApp…',
    fetched: 'Actualizado ahora mismo.',
    updatedAt: (when) => `Actualizado: ${when}.`,
    unchanged: 'Solicitado. Los cambios aparecerán aquí.',
    fetchAgain: (seconds) =>
      count(seconds, 'Disponible de nuevo en 1 segundo.', 'Disponible de nuevo en # segundos.'),
    security: 'Seguridad',
    keyChanged: (when) => `La clave de cifrado de este contacto cambió el ${when}.`,
    keyShow: 'Ver',
    contactId: 'ID del contacto',
    lastChange: 'Último cambio',
    notFound: 'Este contacto no existe.',
    notFoundTodo: 'Quizá se eliminó o la dirección está incompleta. Búscalo por su nombre o su número.',
    toList: 'Ver todos los contactos',
  },

  errors: {
    title: 'No ha funcionado',
    unreachable: {
      what: 'El servicio no responde.',
      todo: 'Comprueba que está en marcha y que este navegador llega a él. La página lo sigue intentando.',
    },
    key_missing: { what: 'Hace falta una clave.', todo: 'Introduce una.' },
    key_invalid: { what: 'La clave ya no es válida.', todo: 'Introduce otra.' },
    scope_missing: { what: 'La clave no lo permite.', todo: 'Usa una que lo permita.' },
    session_not_allowed: {
      what: 'La clave no sirve para esta cuenta.',
      todo: 'Elige otra cuenta o usa otra clave.',
    },
    key_limited: {
      what: 'La clave ya ha enviado todas las peticiones que puede.',
      todo: 'Espera un minuto.',
    },
    database_unavailable: {
      what: 'La base de datos no responde.',
      todo: 'Comprueba que Postgres está en marcha y que se llega a él. No se pierde nada: el servicio sigue solo.',
    },
    database_too_slow: {
      what: 'La base de datos tardó demasiado.',
      todo: 'Inténtalo de nuevo en un momento.',
    },
    too_busy: { what: 'El servicio está ocupado.', todo: 'Inténtalo de nuevo en un momento.' },
    too_many_at_once: { what: 'Demasiadas peticiones a la vez.', todo: 'Inténtalo de nuevo en un momento.' },
    no_account_linked: {
      what: 'No hay ninguna cuenta vinculada.',
      todo: 'Vincula una en el resumen o pídeselo a quien administra el servicio.',
    },
    account_linked: { what: 'Ya hay una cuenta vinculada.', todo: 'Desvincúlala primero.' },
    contact_not_found: {
      what: 'No se conoce a nadie por este número o ID.',
      todo: 'Vuelve a la lista y busca.',
    },
    session_not_found: { what: 'Esta cuenta no existe.', todo: 'Elige otra.' },
    session_exists: { what: 'Ya hay una cuenta con este nombre.', todo: 'Elige otro nombre.' },
    host_not_allowed: {
      what: 'El servicio no reconoce como suyo el nombre de la barra de direcciones.',
      todo: 'Abre la página con otra dirección. Los detalles explican cómo permitir esta.',
    },
    session_not_answering: { what: 'La cuenta no responde.', todo: 'Inténtalo de nuevo en un momento.' },
    pairing_limited: {
      what: 'Ya se pidieron varios códigos.',
      todo: 'Espera diez minutos o escanea el código QR.',
    },
    pairing_refused: {
      what: 'WhatsApp no quiso enviar un código a este número.',
      todo: 'Comprueba que este número tiene WhatsApp o escanea el código QR.',
    },
    whatsapp_limited: {
      what: 'WhatsApp no da más códigos por ahora.',
      todo: 'Espera una hora o escanea el código QR.',
    },
    whatsapp_not_answering: { what: 'WhatsApp no respondió.', todo: 'Inténtalo de nuevo en un momento.' },
    whatsapp_not_ready: {
      what: 'WhatsApp no está listo para vincular.',
      todo: 'Inténtalo de nuevo cuando aparezca un código QR.',
    },
    no_passkey: {
      what: 'Ya no se pide ninguna clave de acceso.',
      todo: 'Sigue con lo que muestra ahora la página.',
    },
    wrong_step: { what: 'Este paso ya pasó.', todo: 'Sigue con lo que muestra ahora la página.' },
    token_invalid: { what: 'Esto pertenece a otro intento.', todo: 'Copia la línea otra vez y repite.' },
    invalid_assertion: {
      what: 'Lo que se pegó no es una confirmación válida.',
      todo: 'Copia la línea otra vez y repite.',
    },
    assertion_refused: { what: 'WhatsApp no aceptó la confirmación.', todo: 'Confirma una vez más.' },
    passkey_ended: { what: 'WhatsApp terminó la confirmación.', todo: 'Vincula de nuevo.' },
    refresh_limited: {
      what: 'Se acaba de consultar a esta persona, o a demasiadas otras.',
      todo: 'Espera un minuto.',
    },
    unexpected_error: { what: 'El servicio encontró un error inesperado.', todo: 'Su registro dice más.' },
  },
};
