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
    struct tw_span name;
    enum tw_event_field field;
} names[] = {
    /* Event Viewer and wevtutil, English */
    {TW_SPAN_INIT("Source"), TW_EVENT_PROVIDER},
    {TW_SPAN_INIT("Date"), TW_EVENT_TIME},
    {TW_SPAN_INIT("Date and Time"), TW_EVENT_TIME},
    {TW_SPAN_INIT("Event ID"), TW_EVENT_ID},
    {TW_SPAN_INIT("Task Category"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("Task"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("Level"), TW_EVENT_LEVEL},
    {TW_SPAN_INIT("Opcode"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("Keywords"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("Keyword"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("User"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("User Name"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("Computer"), TW_EVENT_COMPUTER},
    {TW_SPAN_INIT("Description"), TW_EVENT_MESSAGE},
    /* German */
    {TW_SPAN_INIT("Quelle"), TW_EVENT_PROVIDER},
    {TW_SPAN_INIT("Datum"), TW_EVENT_TIME},
    {TW_SPAN_INIT("Datum und Uhrzeit"), TW_EVENT_TIME},
    {TW_SPAN_INIT("Ereignis-ID"), TW_EVENT_ID},
    {TW_SPAN_INIT("Aufgabenkategorie"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("Ebene"), TW_EVENT_LEVEL},
    {TW_SPAN_INIT("Schlüsselwörter"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("Benutzer"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("Beschreibung"), TW_EVENT_MESSAGE},
    /* French; the apostrophe is typographic, and is not in copies */
    {TW_SPAN_INIT("ID de l’événement"), TW_EVENT_ID},
    {TW_SPAN_INIT("ID de l'événement"), TW_EVENT_ID},
    {TW_SPAN_INIT("Catégorie de la tâche"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("Niveau"), TW_EVENT_LEVEL},
    {TW_SPAN_INIT("Mots clés"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("Utilisateur"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("Ordinateur"), TW_EVENT_COMPUTER},
    /* Spanish */
    {TW_SPAN_INIT("Origen"), TW_EVENT_PROVIDER},
    {TW_SPAN_INIT("Fecha"), TW_EVENT_TIME},
    {TW_SPAN_INIT("Id. del evento"), TW_EVENT_ID},
    {TW_SPAN_INIT("Categoría de la tarea"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("Nivel"), TW_EVENT_LEVEL},
    {TW_SPAN_INIT("Palabras clave"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("Usuario"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("Equipo"), TW_EVENT_COMPUTER},
    {TW_SPAN_INIT("Descripción"), TW_EVENT_MESSAGE},
    /* Italian */
    {TW_SPAN_INIT("Origine"), TW_EVENT_PROVIDER},
    {TW_SPAN_INIT("Data"), TW_EVENT_TIME},
    {TW_SPAN_INIT("ID evento"), TW_EVENT_ID},
    {TW_SPAN_INIT("Categoria attività"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("Livello"), TW_EVENT_LEVEL},
    {TW_SPAN_INIT("Parole chiave"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("Utente"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("Descrizione"), TW_EVENT_MESSAGE},
    /* Portuguese */
    {TW_SPAN_INIT("Fonte"), TW_EVENT_PROVIDER},
    {TW_SPAN_INIT("ID do evento"), TW_EVENT_ID},
    {TW_SPAN_INIT("Categoria da Tarefa"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("Nível"), TW_EVENT_LEVEL},
    {TW_SPAN_INIT("Palavras-chave"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("Usuário"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("Computador"), TW_EVENT_COMPUTER},
    {TW_SPAN_INIT("Descrição"), TW_EVENT_MESSAGE},
    /* Dutch */
    {TW_SPAN_INIT("Bron"), TW_EVENT_PROVIDER},
    {TW_SPAN_INIT("Gebeurtenis-ID"), TW_EVENT_ID},
    {TW_SPAN_INIT("Gebeurtenis-id"), TW_EVENT_ID},
    {TW_SPAN_INIT("Taakcategorie"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("Trefwoorden"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("Gebruiker"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("Beschrijving"), TW_EVENT_MESSAGE},
    /* Polish */
    {TW_SPAN_INIT("Źródło"), TW_EVENT_PROVIDER},
    {TW_SPAN_INIT("Identyfikator zdarzenia"), TW_EVENT_ID},
    {TW_SPAN_INIT("Kategoria zadania"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("Poziom"), TW_EVENT_LEVEL},
    {TW_SPAN_INIT("Słowa kluczowe"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("Użytkownik"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("Komputer"), TW_EVENT_COMPUTER},
    {TW_SPAN_INIT("Opis"), TW_EVENT_MESSAGE},
    /* Russian */
    {TW_SPAN_INIT("Источник"), TW_EVENT_PROVIDER},
    {TW_SPAN_INIT("Дата"), TW_EVENT_TIME},
    {TW_SPAN_INIT("Код события"), TW_EVENT_ID},
    {TW_SPAN_INIT("Категория задачи"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("Уровень"), TW_EVENT_LEVEL},
    {TW_SPAN_INIT("Ключевые слова"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("Пользователь"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("Компьютер"), TW_EVENT_COMPUTER},
    {TW_SPAN_INIT("Описание"), TW_EVENT_MESSAGE},
    /* Japanese */
    {TW_SPAN_INIT("ソース"), TW_EVENT_PROVIDER},
    {TW_SPAN_INIT("日付"), TW_EVENT_TIME},
    {TW_SPAN_INIT("日付と時刻"), TW_EVENT_TIME},
    {TW_SPAN_INIT("イベント ID"), TW_EVENT_ID},
    {TW_SPAN_INIT("タスクのカテゴリ"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("レベル"), TW_EVENT_LEVEL},
    {TW_SPAN_INIT("キーワード"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("ユーザー"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("コンピューター"), TW_EVENT_COMPUTER},
    {TW_SPAN_INIT("説明"), TW_EVENT_MESSAGE},
    /* Chinese */
    {TW_SPAN_INIT("来源"), TW_EVENT_PROVIDER},
    {TW_SPAN_INIT("日期"), TW_EVENT_TIME},
    {TW_SPAN_INIT("事件 ID"), TW_EVENT_ID},
    {TW_SPAN_INIT("任务类别"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("级别"), TW_EVENT_LEVEL},
    {TW_SPAN_INIT("关键字"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("用户"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("计算机"), TW_EVENT_COMPUTER},
    {TW_SPAN_INIT("描述"), TW_EVENT_MESSAGE},
    /* EventLogRecord */
    {TW_SPAN_INIT("TimeCreated"), TW_EVENT_TIME},
    {TW_SPAN_INIT("ProviderName"), TW_EVENT_PROVIDER},
    {TW_SPAN_INIT("ProviderId"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("Id"), TW_EVENT_ID},
    {TW_SPAN_INIT("Version"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("Qualifiers"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("Message"), TW_EVENT_MESSAGE},
    {TW_SPAN_INIT("LogName"), TW_EVENT_CHANNEL},
    {TW_SPAN_INIT("ContainerLog"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("MachineName"), TW_EVENT_COMPUTER},
    {TW_SPAN_INIT("LevelDisplayName"), TW_EVENT_LEVEL_WORD},
    {TW_SPAN_INIT("OpcodeDisplayName"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("TaskDisplayName"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("KeywordsDisplayNames"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("ProcessId"), TW_EVENT_PROCESS},
    {TW_SPAN_INIT("ThreadId"), TW_EVENT_THREAD},
    {TW_SPAN_INIT("UserId"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("ActivityId"), TW_EVENT_ACTIVITY},
    {TW_SPAN_INIT("RelatedActivityId"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("RecordId"), TW_EVENT_RECORD},
    {TW_SPAN_INIT("MatchedQueryIds"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("Bookmark"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("Properties"), TW_EVENT_OTHER},
    /* EventLogEntry */
    {TW_SPAN_INIT("TimeGenerated"), TW_EVENT_TIME},
    {TW_SPAN_INIT("TimeWritten"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("EventID"), TW_EVENT_ID},
    {TW_SPAN_INIT("InstanceId"), TW_EVENT_INSTANCE},
    {TW_SPAN_INIT("InstanceID"), TW_EVENT_INSTANCE},
    {TW_SPAN_INIT("Index"), TW_EVENT_RECORD},
    {TW_SPAN_INIT("EntryType"), TW_EVENT_LEVEL_WORD},
    {TW_SPAN_INIT("Category"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("CategoryNumber"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("ReplacementStrings"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("UserName"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("Site"), TW_EVENT_OTHER},
    {TW_SPAN_INIT("Container"), TW_EVENT_OTHER},
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
        if (tw_base_span_equal(name, names[i].name)) {
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
