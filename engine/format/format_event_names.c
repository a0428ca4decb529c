/* format_event_names.c -- the names of an event's properties: labels of Event Viewer and wevtutil
 * in the languages in which copied events were seen, column headers, and .NET properties.
 *
 * The .NET names are those of EventLogRecord (Get-WinEvent) and EventLogEntry (Get-EventLog); they
 * are never localised. A label of Event Viewer means the same in whatever language it stands in, so
 * one table serves all. */
#include "format/format_event.h"

#define COUNT(table) (sizeof(table) / sizeof *(table))

/* The longest label has 40 bytes. */
#define LABEL_BYTES 64u

static const char *const log_names[] = {
    "Log Name",      "Protokollname", "Nom du journal", "Nombre de registro",
    "Nome registro", "Nome do Log",   "Logboeknaam",    "Nazwa dziennika",
    "Имя журнала",   "ログの名前",    "日志名称",
};

static const struct {
    const char *name;
    enum tw_event_field field;
} names[] = {
    /* Event Viewer and wevtutil, English */
    {"Source", TW_EVENT_PROVIDER},
    {"Date", TW_EVENT_TIME},
    {"Date and Time", TW_EVENT_TIME},
    {"Event ID", TW_EVENT_ID},
    {"Task Category", TW_EVENT_OTHER},
    {"Task", TW_EVENT_OTHER},
    {"Level", TW_EVENT_LEVEL},
    {"Opcode", TW_EVENT_OTHER},
    {"Keywords", TW_EVENT_OTHER},
    {"Keyword", TW_EVENT_OTHER},
    {"User", TW_EVENT_OTHER},
    {"User Name", TW_EVENT_OTHER},
    {"Computer", TW_EVENT_COMPUTER},
    {"Description", TW_EVENT_MESSAGE},
    /* German */
    {"Quelle", TW_EVENT_PROVIDER},
    {"Datum", TW_EVENT_TIME},
    {"Datum und Uhrzeit", TW_EVENT_TIME},
    {"Ereignis-ID", TW_EVENT_ID},
    {"Aufgabenkategorie", TW_EVENT_OTHER},
    {"Ebene", TW_EVENT_LEVEL},
    {"Schlüsselwörter", TW_EVENT_OTHER},
    {"Benutzer", TW_EVENT_OTHER},
    {"Beschreibung", TW_EVENT_MESSAGE},
    /* French; the apostrophe is typographic, and is not in copies */
    {"ID de l’événement", TW_EVENT_ID},
    {"ID de l'événement", TW_EVENT_ID},
    {"Catégorie de la tâche", TW_EVENT_OTHER},
    {"Niveau", TW_EVENT_LEVEL},
    {"Mots clés", TW_EVENT_OTHER},
    {"Utilisateur", TW_EVENT_OTHER},
    {"Ordinateur", TW_EVENT_COMPUTER},
    /* Spanish */
    {"Origen", TW_EVENT_PROVIDER},
    {"Fecha", TW_EVENT_TIME},
    {"Id. del evento", TW_EVENT_ID},
    {"Categoría de la tarea", TW_EVENT_OTHER},
    {"Nivel", TW_EVENT_LEVEL},
    {"Palabras clave", TW_EVENT_OTHER},
    {"Usuario", TW_EVENT_OTHER},
    {"Equipo", TW_EVENT_COMPUTER},
    {"Descripción", TW_EVENT_MESSAGE},
    /* Italian */
    {"Origine", TW_EVENT_PROVIDER},
    {"Data", TW_EVENT_TIME},
    {"ID evento", TW_EVENT_ID},
    {"Categoria attività", TW_EVENT_OTHER},
    {"Livello", TW_EVENT_LEVEL},
    {"Parole chiave", TW_EVENT_OTHER},
    {"Utente", TW_EVENT_OTHER},
    {"Descrizione", TW_EVENT_MESSAGE},
    /* Portuguese */
    {"Fonte", TW_EVENT_PROVIDER},
    {"ID do evento", TW_EVENT_ID},
    {"Identificação do Evento", TW_EVENT_ID},
    {"Categoria da Tarefa", TW_EVENT_OTHER},
    {"Nível", TW_EVENT_LEVEL},
    {"Palavras-chave", TW_EVENT_OTHER},
    {"Usuário", TW_EVENT_OTHER},
    {"Computador", TW_EVENT_COMPUTER},
    {"Descrição", TW_EVENT_MESSAGE},
    /* Dutch */
    {"Bron", TW_EVENT_PROVIDER},
    {"Gebeurtenis-ID", TW_EVENT_ID},
    {"Gebeurtenis-id", TW_EVENT_ID},
    {"Taakcategorie", TW_EVENT_OTHER},
    {"Trefwoorden", TW_EVENT_OTHER},
    {"Gebruiker", TW_EVENT_OTHER},
    {"Beschrijving", TW_EVENT_MESSAGE},
    /* Polish */
    {"Źródło", TW_EVENT_PROVIDER},
    {"Identyfikator zdarzenia", TW_EVENT_ID},
    {"Kategoria zadania", TW_EVENT_OTHER},
    {"Poziom", TW_EVENT_LEVEL},
    {"Słowa kluczowe", TW_EVENT_OTHER},
    {"Użytkownik", TW_EVENT_OTHER},
    {"Komputer", TW_EVENT_COMPUTER},
    {"Opis", TW_EVENT_MESSAGE},
    /* Russian */
    {"Источник", TW_EVENT_PROVIDER},
    {"Дата", TW_EVENT_TIME},
    {"Код события", TW_EVENT_ID},
    {"Категория задачи", TW_EVENT_OTHER},
    {"Уровень", TW_EVENT_LEVEL},
    {"Ключевые слова", TW_EVENT_OTHER},
    {"Пользователь", TW_EVENT_OTHER},
    {"Компьютер", TW_EVENT_COMPUTER},
    {"Описание", TW_EVENT_MESSAGE},
    /* Japanese */
    {"ソース", TW_EVENT_PROVIDER},
    {"日付", TW_EVENT_TIME},
    {"日付と時刻", TW_EVENT_TIME},
    {"イベント ID", TW_EVENT_ID},
    {"タスクのカテゴリ", TW_EVENT_OTHER},
    {"レベル", TW_EVENT_LEVEL},
    {"キーワード", TW_EVENT_OTHER},
    {"ユーザー", TW_EVENT_OTHER},
    {"コンピューター", TW_EVENT_COMPUTER},
    {"説明", TW_EVENT_MESSAGE},
    /* Chinese */
    {"来源", TW_EVENT_PROVIDER},
    {"日期", TW_EVENT_TIME},
    {"事件 ID", TW_EVENT_ID},
    {"任务类别", TW_EVENT_OTHER},
    {"级别", TW_EVENT_LEVEL},
    {"关键字", TW_EVENT_OTHER},
    {"用户", TW_EVENT_OTHER},
    {"计算机", TW_EVENT_COMPUTER},
    {"描述", TW_EVENT_MESSAGE},
    /* EventLogRecord */
    {"TimeCreated", TW_EVENT_TIME},
    {"ProviderName", TW_EVENT_PROVIDER},
    {"ProviderId", TW_EVENT_OTHER},
    {"Id", TW_EVENT_ID},
    {"Version", TW_EVENT_OTHER},
    {"Qualifiers", TW_EVENT_OTHER},
    {"Message", TW_EVENT_MESSAGE},
    {"LogName", TW_EVENT_CHANNEL},
    {"ContainerLog", TW_EVENT_OTHER},
    {"MachineName", TW_EVENT_COMPUTER},
    {"LevelDisplayName", TW_EVENT_LEVEL_WORD},
    {"OpcodeDisplayName", TW_EVENT_OTHER},
    {"TaskDisplayName", TW_EVENT_OTHER},
    {"KeywordsDisplayNames", TW_EVENT_OTHER},
    {"ProcessId", TW_EVENT_PROCESS},
    {"ThreadId", TW_EVENT_THREAD},
    {"UserId", TW_EVENT_OTHER},
    {"ActivityId", TW_EVENT_ACTIVITY},
    {"RelatedActivityId", TW_EVENT_OTHER},
    {"RecordId", TW_EVENT_RECORD},
    {"MatchedQueryIds", TW_EVENT_OTHER},
    {"Bookmark", TW_EVENT_OTHER},
    {"Properties", TW_EVENT_OTHER},
    /* EventLogEntry */
    {"TimeGenerated", TW_EVENT_TIME},
    {"TimeWritten", TW_EVENT_OTHER},
    {"EventID", TW_EVENT_ID},
    {"InstanceId", TW_EVENT_INSTANCE},
    {"InstanceID", TW_EVENT_INSTANCE},
    {"Index", TW_EVENT_RECORD},
    {"EntryType", TW_EVENT_LEVEL_WORD},
    {"Category", TW_EVENT_OTHER},
    {"CategoryNumber", TW_EVENT_OTHER},
    {"ReplacementStrings", TW_EVENT_OTHER},
    {"UserName", TW_EVENT_OTHER},
    {"Site", TW_EVENT_OTHER},
    {"Container", TW_EVENT_OTHER},
};

static bool is_log_name(struct tw_span name)
{
    for (size_t i = 0; i < COUNT(log_names); i++) {
        if (tw_base_span_equal(name, tw_base_span(log_names[i]))) {
            return true;
        }
    }
    return false;
}

enum tw_event_field tw_format_event_field(struct tw_span name)
{
    for (size_t i = 0; i < COUNT(names); i++) {
        if (tw_base_span_equal(name, tw_base_span(names[i].name))) {
            return names[i].field;
        }
    }
    return is_log_name(name) ? TW_EVENT_CHANNEL : TW_EVENT_NONE;
}

/* What stands before the first colon, without blanks, also the no-break one that French has. */
static struct tw_span label_of(struct tw_span line)
{
    size_t room = line.length < LABEL_BYTES ? line.length : LABEL_BYTES;
    const char *colon = room == 0 ? NULL : memchr(line.at, ':', room);
    struct tw_span name = {line.at, colon == NULL ? 0 : (size_t)(colon - line.at)};
    name = tw_base_span_trim(name);
    if (name.length > 2 && memcmp(name.at + name.length - 2, "\xc2\xa0", 2) == 0) {
        name = tw_base_span_trim((struct tw_span){name.at, name.length - 2});
    }
    return name;
}

enum tw_event_field tw_format_event_label(struct tw_span line, struct tw_span *value)
{
    struct tw_span name = label_of(line);
    enum tw_event_field field = name.length == 0 ? TW_EVENT_NONE : tw_format_event_field(name);
    *value = (struct tw_span){NULL, 0};
    if (field != TW_EVENT_NONE) {
        const char *colon = memchr(line.at, ':', line.length);
        *value = tw_base_span_trim(tw_base_span_skip(line, (size_t)(colon - line.at) + 1));
    }
    return field;
}

bool tw_format_event_is_log_name(struct tw_span line)
{
    return line.length > 0 && !tw_base_is_blank(line.at[0]) && is_log_name(label_of(line));
}
